using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Availability;

/// <summary>
/// Pins of a single coordinator, in a file that survives its restarts: without them a coordinator that came back would let a second block of an epoch pass,
/// or have another daemon number a sender's messages. A claim is one line at the end of the file, on the disk before it is told. The file belongs to one
/// process at a time.
/// </summary>
/// <remarks>
/// A line is eight hexadecimal digits of a checksum, a space, and the JSON array of kind, key and value; a later line of the same kind and key replaces an
/// earlier one. A last line that a crash cut off was never told and is dropped. What the lines before it hold is not guessed at: damage there is an error.
/// </remarks>
public sealed class FilePinStore : IPinStore
{
    /// <summary>Replaced and outlived lines from which the file is written anew when it is opened.</summary>
    private const int MaxWaste = 10_000;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new();
    private readonly PinTable _pins = new();
    private readonly Lock _lock = new();
    private readonly FileStream _file;
    private string? _broken;

    private FilePinStore(FileStream file) => _file = file;

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <summary>Opens a file, or makes one that only its owner may read.</summary>
    /// <exception cref="PinStoreException">Another process has it, it cannot be read or written, or it is damaged.</exception>
    public static FilePinStore Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStream? file = null;
        try
        {
            file = OpenFile(path, FileMode.OpenOrCreate);
            var store = new FilePinStore(file);
            if (store.Read(path) > MaxWaste)
            {
                string temporary = path + ".partial";
                File.Delete(temporary);
                FileStream anew = OpenFile(temporary, FileMode.CreateNew);
                store = Rewrite(store, anew);
                // The old file is held until the new one has its name, so that no other process comes between.
                File.Move(temporary, path, overwrite: true);
                file.Dispose();
            }

            return store;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new PinStoreException($"the pins in {path} cannot be used, or another coordinator uses them: {e.Message}", e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<string> ClaimAsync(string kind, string key, string value, CancellationToken cancellationToken = default) => LockedAsync(() =>
    {
        if (_pins.Find(kind, key) is { } winner)
            return winner;
        Append(kind, key, value);
        return value;
    });

    /// <inheritdoc/>
    public Task<string?> FindAsync(string kind, string key, CancellationToken cancellationToken = default) => LockedAsync(() => _pins.Find(kind, key));

    /// <inheritdoc/>
    public Task<bool> MoveAsync(string kind, string key, string from, string to, CancellationToken cancellationToken = default) => LockedAsync(() =>
    {
        bool moves = _pins.Find(kind, key) == from;
        if (moves)
            Append(kind, key, to);
        return moves;
    });

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> LockAsync(string name, CancellationToken cancellationToken = default)
    {
        SemaphoreSlim gate = _locks.GetOrAdd(name, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Held(gate);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    /// <summary>Apart from the caller's thread, which may be one that serves connections: whoever holds the lock may be writing to the disk.</summary>
    private Task<T> LockedAsync<T>(Func<T> work) => Task.Run(() =>
    {
        lock (_lock)
            return work();
    });

    private static FileStream OpenFile(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static FilePinStore Rewrite(FilePinStore old, FileStream into)
    {
        var store = new FilePinStore(into);
        foreach ((string kind, string key, string value) in old._pins.All())
        {
            into.Write(Line(kind, key, value));
            store._pins.Set(kind, key, value);
        }

        into.Flush(flushToDisk: true);
        return store;
    }

    /// <summary>Reads what is there and cuts off a line without an end.</summary>
    /// <returns>How many lines are of no use any more.</returns>
    private long Read(string path)
    {
        byte[] bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        int at = 0, lines = 0;
        while (bytes.AsSpan(at).IndexOf((byte)'\n') is >= 0 and int length)
        {
            lines++;
            ReadOnlySpan<byte> line = bytes.AsSpan(at, length);
            if (line.Length < 9 || line[8] != ' ' || !line[..8].SequenceEqual(Checksum(line[9..])))
                throw new PinStoreException($"{path}: line {lines} is damaged; whoever mends it must know which blocks were published");
            string[] pin = JsonSerializer.Deserialize(line[9..], ApiJsonContext.Default.StringArray)!;
            _pins.Set(pin[0], pin[1], pin[2]);
            at += length + 1;
        }

        _file.SetLength(at);
        _file.Seek(0, SeekOrigin.End);
        return lines - _pins.Count;
    }

    private void Append(string kind, string key, string value)
    {
        if (_broken is not null)
            throw new PinStoreException(_broken);
        try
        {
            _file.Write(Line(kind, key, value));
            _file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // What is on the disk now is not known; only reading it again tells.
            _broken = $"the pins could not be written, and are not used before a restart: {e.Message}";
            throw new PinStoreException(_broken, e);
        }

        _pins.Set(kind, key, value);
    }

    private static byte[] Line(string kind, string key, string value)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes([kind, key, value], ApiJsonContext.Default.StringArray);
        return [.. Checksum(json), (byte)' ', .. json, (byte)'\n'];
    }

    private static byte[] Checksum(ReadOnlySpan<byte> json) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 4)));

    private sealed class Held(SemaphoreSlim gate) : IAsyncDisposable
    {
        private int _released;

        public ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
                gate.Release();
            return ValueTask.CompletedTask;
        }
    }
}
