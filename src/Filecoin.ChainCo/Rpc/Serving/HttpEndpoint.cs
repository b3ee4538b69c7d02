using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>JSON-RPC over HTTP POST: one call or a batch, answered in order.</summary>
internal sealed class HttpEndpoint(RpcServingOptions options)
{
    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context, IRpcDispatcher methods)
    {
        context.Response.ContentType = "application/json";
        byte[]? rented = null;
        try
        {
            (ReadOnlyMemory<byte> body, rented) = await ReadAsync(context.Request.BodyReader, context.RequestAborted).ConfigureAwait(false);
            await SocketThread.LeaveWith(body.Length);
            byte first = RpcCall.FirstByte(body.Span);
            if (first == 0)
                throw RpcFaultException.InvalidRequest("Invalid request: an empty body");
            if (first == (byte)'[')
                await BatchAsync(context, methods, body).ConfigureAwait(false);
            else
                await SingleAsync(context, methods, body).ConfigureAwait(false);
        }
        catch (RpcFaultException e)
        {
            context.Response.StatusCode = e.Status;
            RpcAnswer.WriteError(context.Response.BodyWriter, default, e);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
            context.Abort();
            return;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }

        await context.Response.BodyWriter.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task SingleAsync(HttpContext context, IRpcDispatcher methods, ReadOnlyMemory<byte> json)
    {
        ReadOnlyMemory<byte> id = default;
        try
        {
            var call = RpcCall.Parse(json, methods, out id);
            ReadOnlyMemory<byte> result = await methods.CallAsync(call, context.RequestAborted).ConfigureAwait(false);
            if (!call.IsNotification)
            {
                // A length known is an answer without chunks.
                context.Response.ContentLength = RpcAnswer.ResultLength(id.Span, result.Span);
                RpcAnswer.WriteResult(context.Response.BodyWriter, id.Span, result.Span);
            }
        }
        catch (RpcFaultException e)
        {
            context.Response.StatusCode = e.Status;
            RpcAnswer.WriteError(context.Response.BodyWriter, id.Span, e);
        }
    }

    private async Task BatchAsync(HttpContext context, IRpcDispatcher methods, ReadOnlyMemory<byte> json)
    {
        List<ReadOnlyMemory<byte>> calls = RpcCall.Split(json, options.MaxBatch);
        PipeWriter to = context.Response.BodyWriter;
        bool any = false;
        foreach (ReadOnlyMemory<byte> one in calls)
        {
            ReadOnlyMemory<byte> id = default;
            try
            {
                var call = RpcCall.Parse(one, methods, out id);
                ReadOnlyMemory<byte> result = await methods.CallAsync(call, context.RequestAborted).ConfigureAwait(false);
                if (call.IsNotification)
                    continue;
                to.Write(any ? ","u8 : "["u8);
                RpcAnswer.WriteResult(to, id.Span, result.Span);
            }
            catch (RpcFaultException e)
            {
                to.Write(any ? ","u8 : "["u8);
                RpcAnswer.WriteError(to, id.Span, e);
            }

            any = true;
            // What is answered leaves, so that a batch of large answers does not gather in memory.
            await to.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }

        if (any)
            to.Write("]"u8);
    }

    private async Task<(ReadOnlyMemory<byte> Body, byte[] Rented)> ReadAsync(PipeReader reader, CancellationToken token)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
        int length = 0;
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(token).ConfigureAwait(false);
                long total = length + read.Buffer.Length;
                if (total > options.MaxRequestBytes)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    throw RpcFaultException.Parse($"request bigger than maximum {options.MaxRequestBytes} allowed");
                }

                if (total > buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(total, 2L * buffer.Length), options.MaxRequestBytes));
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                read.Buffer.CopyTo(buffer.AsSpan(length));
                length = (int)total;
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return (buffer.AsMemory(0, length), buffer);
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }
}
