using System.Net;
using System.Net.Http.Headers;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>
/// A file of another machine, read from front to end without a copy here. A connection that breaks is made anew and goes on where it stood, as long as the
/// file is in the state in which it was begun.
/// </summary>
internal sealed class RemoteFileStream(RemoteStorageClient client, Uri baseUrl, SectorFileType type, Sectors.SectorId sector, TimeProvider time) : Stream
{
    private HttpResponseMessage? _response;
    private Stream? _body;
    private string _tag = "";
    private long _length = -1;
    private long _position;
    private int _fruitless;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Begins the file.</summary>
    /// <exception cref="RemoteStorageException">The machine does not give it.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = client.Request(baseUrl, HttpMethod.Get, $"{StorageLayout.DirectoryOf(type)}/{sector}", RemoteOperations.Read);
        if (_position > 0)
        {
            if (_tag.Length == 0)
                throw new RemoteStorageException(RemoteFault.Invalid, $"{request.RequestUri}: broke off after {_position} of {_length} bytes, and nothing names the file's state");
            request.Headers.Range = new RangeHeaderValue(_position, null);
            request.Headers.IfRange = RangeConditionHeaderValue.Parse(_tag);
        }

        HttpResponseMessage response = await client.SendAsync(request, client.Options.StallTimeout, cancellationToken).ConfigureAwait(false);
        try
        {
            await RemoteStorageClient.RequireAsync(response, _position > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK, cancellationToken).ConfigureAwait(false);
            RemoteFileState found = RemoteFileState.Of(response);
            if (_position > 0 && found != new RemoteFileState(_length, _tag, _position))
                throw new RemoteStorageException(RemoteFault.Invalid, $"{request.RequestUri}: expected {_length} bytes of {_tag} from {_position}, found {found}");
            (_length, _tag) = (found.Length, found.Tag);
            _body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            _response = response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <exception cref="RemoteStorageException">The file broke off and could not be gone on with.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position == _length)
            return 0;
        while (true)
        {
            try
            {
                if (_body is null)
                    await ConnectAsync(cancellationToken).ConfigureAwait(false);
                int read = await OnceAsync(buffer, cancellationToken).ConfigureAwait(false);
                _position += read;
                _fruitless = 0;
                return read;
            }
            catch (Exception error) when (IsBroken(error, cancellationToken))
            {
                Drop();
                if (++_fruitless >= client.Options.Attempts)
                    throw new RemoteStorageException(RemoteFault.Unavailable, $"{baseUrl}: {sector} broke off after {_position} of {_length} bytes: {error.Message}", error);
            }

            await Task.Delay(client.Options.RetryDelay * Math.Pow(2, _fruitless - 1), time, cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Drop();
        base.Dispose(disposing);
    }

    private async Task<int> OnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(client.Options.StallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        int most = (int)Math.Min(buffer.Length, _length - _position);
        int read = await _body!.ReadAsync(buffer[..most], either.Token).ConfigureAwait(false);
        return read > 0 ? read : throw new EndOfStreamException($"expected {_length} bytes, found the end after {_position}");
    }

    private static bool IsBroken(Exception error, CancellationToken cancellationToken) => error switch
    {
        RemoteStorageException remote => remote.IsTransient,
        IOException or HttpRequestException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    private void Drop()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response) = (null, null);
    }
}
