using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>
/// Reads a cache directory out of a tar that comes from elsewhere. Nothing of it is believed: names are those of cache files and occur once, entries are
/// plain files, the sum of lengths has a limit, and the end must be seen. Lotus writes no end mark; there the file that comes last, <c>t_aux</c>, is the end.
/// </summary>
internal sealed class CacheTarReader(Stream from, long maxBytes)
{
    private const int MaxExtension = 16 << 10;
    private readonly byte[] _header = new byte[CacheTar.Block];

    /// <summary>Writes all files into a directory that is made for them; each is on the disk when it returns.</summary>
    /// <returns>Bytes of all files.</returns>
    /// <exception cref="RemoteStorageException">The tar is not such a one.</exception>
    /// <exception cref="EndOfStreamException">It ends early.</exception>
    /// <exception cref="DiskFullException">There is no room.</exception>
    public async Task<long> ExtractAsync(string directory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        long total = 0;
        long? longer = null;
        while (await NextAsync(cancellationToken).ConfigureAwait(false))
        {
            byte kind = _header[156];
            long length = kind is (byte)'x' or (byte)'g' ? Length() : longer ?? Length();
            string name = Name();
            if (kind is (byte)'x' or (byte)'g')
            {
                // Go writes lengths beyond 8 GiB so (pax); nothing else of such a record is looked at.
                if (length > MaxExtension)
                    throw Refuse($"an extension of at most {MaxExtension} bytes", length.ToString(CultureInfo.InvariantCulture));
                byte[] record = new byte[length + CacheTar.Padding(length)];
                await from.ReadExactlyAsync(record, cancellationToken).ConfigureAwait(false);
                if (kind == (byte)'x')
                    longer = PaxSize(record.AsSpan(0, (int)length)) ?? longer;
                continue;
            }

            if (kind is not ((byte)'0' or 0))
                throw Refuse("a plain file", $"an entry '{name}' of kind {kind}");
            if (!CacheTar.IsCacheFile(name))
                throw Refuse("the name of a cache file", $"'{name}'");
            if (!seen.Add(name) || seen.Count > CacheTar.MaxFiles)
                throw Refuse("each file once", $"'{name}' again");
            if (length > maxBytes - total)
                throw Refuse($"at most {maxBytes} bytes in all", $"{total} and '{name}' of {length}");
            await CopyAsync(Path.Combine(directory, name), length, cancellationToken).ConfigureAwait(false);
            total += length;
            longer = null;
            await SkipPaddingAsync(length, cancellationToken).ConfigureAwait(false);
        }

        if (!_ended && !seen.Contains(CacheFiles.TemporaryAux))
            throw new EndOfStreamException("the tar ends without its end mark");
        return seen.Count > 0 ? total : throw Refuse("cache files", "none");
    }

    private bool _ended;

    /// <summary>Reads a header; false at the end mark or where the stream ends between two entries.</summary>
    private async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        int read = await from.ReadAtLeastAsync(_header, CacheTar.Block, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0)
            return false;
        if (read < CacheTar.Block)
            throw new EndOfStreamException("the tar ends within a header");
        if (!_header.AsSpan().ContainsAnyExcept((byte)0))
        {
            _ended = true;

            // To the end, so that a connection that breaks off after the mark is seen.
            while (await from.ReadAsync(_header, cancellationToken).ConfigureAwait(false) > 0)
            {
            }

            return false;
        }

        return Octal(_header.AsSpan(148, 8)) == CacheTar.Checksum(_header) ? true : throw Refuse("a header with its checksum", "another");
    }

    private async Task CopyAsync(string path, long length, CancellationToken cancellationToken)
    {
        using var file = PendingFile.Create(path, length);
        byte[] buffer = new byte[(int)Math.Min(1 << 18, Math.Max(1, length))];
        for (long offset = 0; offset < length;)
        {
            int read = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - offset)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new EndOfStreamException($"'{Path.GetFileName(path)}' ends after {offset} of {length} bytes");
            file.Write(buffer.AsSpan(0, read), offset);
            offset += read;
        }

        file.Commit();
    }

    /// <summary>The last file's padding may be missing where there is no end mark.</summary>
    private async Task SkipPaddingAsync(long length, CancellationToken cancellationToken)
    {
        byte[] padding = new byte[CacheTar.Padding(length)];
        int read = await from.ReadAtLeastAsync(padding, padding.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read != 0 && read < padding.Length)
            throw new EndOfStreamException("the tar ends within padding");
    }

    private string Name()
    {
        // A prefix would be a path.
        if (_header.AsSpan(257, 5).SequenceEqual("ustar"u8) && _header[345] != 0)
            throw Refuse("a file name", "a path");
        ReadOnlySpan<byte> name = _header.AsSpan(0, 100);
        int end = name.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? name : name[..end]);
    }

    private long Length()
    {
        ReadOnlySpan<byte> field = _header.AsSpan(124, 12);
        if ((field[0] & 0x80) == 0)
            return Octal(field);
        long length = BinaryPrimitives.ReadInt64BigEndian(field[4..]);
        return field[0] == 0x80 && !field[1..4].ContainsAnyExcept((byte)0) && length >= 0 ? length : throw Refuse("a length below 2^63", Convert.ToHexString(field));
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        bool any = false;
        foreach (byte digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                throw Refuse("octal digits", Convert.ToHexString(field));
            value = (value << 3) + (digit - '0');
            any = true;
        }

        return any ? value : throw Refuse("octal digits", "none");
    }

    /// <summary>The length in a record of <c>"27 size=68719476736\n"</c> lines.</summary>
    private static long? PaxSize(ReadOnlySpan<byte> records)
    {
        foreach (string line in Encoding.UTF8.GetString(records).Split('\n'))
        {
            int at = line.IndexOf(" size=", StringComparison.Ordinal);
            if (at > 0 && at <= 5)
            {
                return long.TryParse(line.AsSpan(at + 6), NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                    ? size : throw Refuse("a length", $"'{line[..Math.Min(line.Length, 40)]}'");
            }
        }

        return null;
    }

    private static RemoteStorageException Refuse(string expected, string found) => new(RemoteFault.Invalid, $"tar: expected {expected}, found {found}");
}
