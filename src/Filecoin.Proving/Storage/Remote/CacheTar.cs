using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>The tar form in which a sector's cache directory travels (POSIX ustar; Lotus <c>sealer/tarutil</c>): plain files of known names, no paths, no links.</summary>
internal static partial class CacheTar
{
    public const int Block = 512;
    public const string ContentType = "application/x-tar";

    /// <summary>Most files of a cache: 11 layers, TreeD, 16 of TreeC, 16 of TreeR, two aux files, synthetic proofs.</summary>
    public const int MaxFiles = 64;

    /// <summary>Largest number that a ustar header writes in octal.</summary>
    private const long MaxOctal = (1L << 33) - 1;

    /// <summary>Whether a cache directory may hold a file of this name.</summary>
    public static bool IsCacheFile(string name) => name is CacheFiles.PersistentAux or CacheFiles.TemporaryAux or CacheFiles.SyntheticProofs || DataName().IsMatch(name);

    /// <summary>Writes a directory's cache files in order of their names, and the end mark.</summary>
    /// <exception cref="SectorFileException">A file ended early or is missing.</exception>
    public static async Task WriteAsync(string directory, Stream to, CancellationToken cancellationToken)
    {
        byte[] header = new byte[Block];
        foreach (string path in Directory.EnumerateFiles(directory).Where(path => IsCacheFile(Path.GetFileName(path))).Order(StringComparer.Ordinal))
        {
            using var file = new FileStream(SectorFile.Open(path), FileAccess.Read, bufferSize: 0);
            long length = file.Length;
            Format(header, Path.GetFileName(path), length);
            await to.WriteAsync(header, cancellationToken).ConfigureAwait(false);
            long copied = 0;
            byte[] buffer = new byte[1 << 18];
            while (copied < length)
            {
                int read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - copied)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    throw SectorFileException.WrongLength(path, length, copied);
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                copied += read;
            }

            await to.WriteAsync(new byte[Padding(length)], cancellationToken).ConfigureAwait(false);
        }

        await to.WriteAsync(new byte[2 * Block], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Bytes after a file up to the next block.</summary>
    public static int Padding(long length) => (int)((Block - (length % Block)) % Block);

    /// <summary>Writes a header. Lengths beyond octal are base 256, as GNU tar does.</summary>
    public static void Format(Span<byte> header, string name, long length)
    {
        header.Clear();
        Encoding.ASCII.GetBytes(name, header);
        "0000644\0"u8.CopyTo(header[100..]);
        "0000000\0"u8.CopyTo(header[108..]);
        "0000000\0"u8.CopyTo(header[116..]);
        if (length <= MaxOctal)
        {
            Encoding.ASCII.GetBytes(Convert.ToString(length, 8).PadLeft(11, '0'), header[124..]);
        }
        else
        {
            header[124] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(header[128..], length);
        }

        "00000000000\0"u8.CopyTo(header[136..]);
        header[156] = (byte)'0';
        "ustar\0"u8.CopyTo(header[257..]);
        "00"u8.CopyTo(header[263..]);
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString(Checksum(header), 8).PadLeft(6, '0')}\0 "), header[148..]);
    }

    /// <summary>The sum of a header's bytes, its own field as blanks.</summary>
    public static int Checksum(ReadOnlySpan<byte> header)
    {
        int sum = 0;
        for (int i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? ' ' : header[i];
        return sum;
    }

    [GeneratedRegex("^sc-02-data-(tree-d|tree-c(-[0-9]{1,2})?|tree-r-last(-[0-9]{1,2})?|layer-[0-9]{1,2})\\.dat$", RegexOptions.CultureInvariant)]
    private static partial Regex DataName();
}
