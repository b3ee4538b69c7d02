using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Filecoin.ChainCo.Rpc;

/// <summary>Typed results over raw transports.</summary>
public static class RpcTransportExtensions
{
    /// <summary>Calls a method and reads its result, which may be null.</summary>
    /// <exception cref="RpcException">The call gave no result, or one of another form.</exception>
    public static async Task<T?> CallAsync<T>(
        this IRpcTransport transport, string method, ReadOnlyMemory<byte> parameters, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        return Read(method, await transport.CallAsync(method, parameters, cancellationToken).ConfigureAwait(false), type);
    }

    /// <summary>Calls a method and reads its result, which must not be null.</summary>
    /// <exception cref="RpcException">The call gave no result, null, or one of another form.</exception>
    public static async Task<T> RequireAsync<T>(
        this IRpcTransport transport, string method, ReadOnlyMemory<byte> parameters, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        await transport.CallAsync(method, parameters, type, cancellationToken).ConfigureAwait(false)
        ?? throw new RpcProtocolException(method, "expected a value, found null");

    /// <summary>Subscribes and reads each value.</summary>
    /// <exception cref="RpcException">The subscription could not be made, broke off, or sent a value of another form.</exception>
    public static async IAsyncEnumerable<T> SubscribeAsync<T>(
        this IRpcTransport transport, string method, ReadOnlyMemory<byte> parameters, JsonTypeInfo<T> type,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        await foreach (ReadOnlyMemory<byte> value in transport.SubscribeAsync(method, parameters, cancellationToken).ConfigureAwait(false))
            yield return Read(method, value, type) ?? throw new RpcProtocolException(method, "expected a value, found null");
    }

    private static T? Read<T>(string method, ReadOnlyMemory<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, type);
        }
        catch (JsonException e)
        {
            throw new RpcProtocolException(method, $"the result has another form: {e.Message}", e);
        }
        catch (Chain.ChainFormatException e)
        {
            throw new RpcProtocolException(method, $"the result has another form: {e.Message}", e);
        }
    }
}
