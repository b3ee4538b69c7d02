using Filecoin.Native.Fields;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Trees;

/// <summary><c>p_aux</c>: CommC and the root of TreeR, which a sector keeps for life.</summary>
/// <param name="CommC">Root of TreeC.</param>
/// <param name="CommRLast">Root of TreeR.</param>
public sealed record PersistentAux(Commitment CommC, Commitment CommRLast)
{
    /// <summary>Bytes of the file.</summary>
    public const int FileLength = 64;

    /// <summary>CommR: Poseidon of both.</summary>
    public Commitment CommR => CompoundRoot.CommR(CommC, CommRLast);

    /// <summary>Reads <c>p_aux</c> of a cache directory.</summary>
    /// <exception cref="SectorFileException">The file is missing, is not 64 bytes long, or holds bytes that are no field element.</exception>
    public static PersistentAux Read(string cacheDirectory)
    {
        var path = System.IO.Path.Combine(cacheDirectory, CacheFiles.PersistentAux);
        using var handle = SectorFile.Open(path, FileLength);
        Span<byte> bytes = stackalloc byte[FileLength];
        SectorFile.Read(handle, path, bytes, 0);
        for (var offset = 0; offset < FileLength; offset += Fr.Size)
        {
            if (!Fr.TryRead(bytes.Slice(offset, Fr.Size), out _))
            {
                throw new SectorFileException(SectorFileFault.Content, path, offset, "a canonical field element",
                    Convert.ToHexStringLower(bytes.Slice(offset, Fr.Size)));
            }
        }

        return new PersistentAux(Commitment.FromBytes(bytes[..32]), Commitment.FromBytes(bytes[32..]));
    }

    /// <summary>Writes <c>p_aux</c> into a cache directory, whole or not at all.</summary>
    public void Write(string cacheDirectory)
    {
        Span<byte> bytes = stackalloc byte[FileLength];
        CommC.Span.CopyTo(bytes);
        CommRLast.Span.CopyTo(bytes[32..]);
        PendingFile.WriteAllBytes(System.IO.Path.Combine(cacheDirectory, CacheFiles.PersistentAux), bytes);
    }
}
