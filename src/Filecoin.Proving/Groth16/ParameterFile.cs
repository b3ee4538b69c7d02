using System.Buffers.Binary;
using Filecoin.Native.Curves;
using Filecoin.Native.Interop;

namespace Filecoin.Proving.Groth16;

/// <summary>A run of uncompressed points in a parameter file.</summary>
/// <param name="Offset">The first point's byte offset in the file.</param>
/// <param name="Count">Number of points.</param>
internal readonly record struct PointSection(long Offset, int Count);

/// <summary>
/// A circuit's Groth16 parameters in the official format, memory-mapped (bellperson <c>groth16/params.rs</c>): the
/// verifying key, then the queries H, L, A, B in G1 and B in G2, each a big-endian u32 count and uncompressed points.
/// Only the key is read when the file is opened; points come from the mapping when a proof needs them.
/// </summary>
public sealed class ParameterFile : IDisposable
{
    private readonly MemoryRegion _region;

    private ParameterFile(string path, MemoryRegion region)
    {
        Path = path;
        _region = region;
        VerifyingKey = VerifyingKey.Read(Head(region), path);
        var at = (long)VerifyingKey.Size;
        H = Section("h", G1Affine.UncompressedSize, ref at);
        L = Section("l", G1Affine.UncompressedSize, ref at);
        A = Section("a", G1Affine.UncompressedSize, ref at);
        B1 = Section("b_g1", G1Affine.UncompressedSize, ref at);
        B2 = Section("b_g2", G2Affine.UncompressedSize, ref at);
        if (at != region.Length)
            throw new ParameterFileException(ParameterFileError.Oversized, path, $"the last section ends at byte {at}, the file at {region.Length}");
        if (B1.Count != B2.Count)
            throw new ParameterFileException(ParameterFileError.WrongCircuit, path, $"the B query has {B1.Count} points in G1 and {B2.Count} in G2");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The verifying key at the file's head.</summary>
    public VerifyingKey VerifyingKey { get; }

    /// <summary>The mapped file.</summary>
    internal MemoryRegion Region => _region;

    /// <summary>[τⁱ·t(τ)/δ]₁ for i below the domain's size less one.</summary>
    internal PointSection H { get; }

    /// <summary>[(β·u_i(τ) + α·v_i(τ) + w_i(τ)) / δ]₁ of every auxiliary variable.</summary>
    internal PointSection L { get; }

    /// <summary>[u_i(τ)]₁ where not zero, inputs first.</summary>
    internal PointSection A { get; }

    /// <summary>[v_i(τ)]₁ where not zero, inputs first.</summary>
    internal PointSection B1 { get; }

    /// <summary>[v_i(τ)]₂ where not zero, inputs first.</summary>
    internal PointSection B2 { get; }

    /// <summary>Maps a parameter file and checks its layout.</summary>
    /// <exception cref="ParameterFileException">It is missing, shorter or longer than it says, or its key is no key.</exception>
    public static ParameterFile Open(string path)
    {
        if (!File.Exists(path)) throw new ParameterFileException(ParameterFileError.Missing, path, "no such file");
        if (new FileInfo(path).Length == 0) throw new ParameterFileException(ParameterFileError.Truncated, path, "the file is empty");
        var region = MemoryRegion.Map(path, MapAccess.Read);
        try
        {
            return new ParameterFile(path, region);
        }
        catch
        {
            region.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _region.Dispose();

    private static ReadOnlySpan<byte> Head(MemoryRegion region) => region.ReadOnlySpan(0, (int)Math.Min(region.Length, int.MaxValue));

    private PointSection Section(string name, int pointSize, ref long at)
    {
        if (at + sizeof(uint) > _region.Length)
            throw new ParameterFileException(ParameterFileError.Truncated, Path, $"the file ends at byte {_region.Length}, before the count of {name} at {at}");
        var count = BinaryPrimitives.ReadUInt32BigEndian(_region.ReadOnlySpan(at, sizeof(uint)));
        at += sizeof(uint);
        var end = at + (long)count * pointSize;
        if (count > int.MaxValue || end > _region.Length)
            throw new ParameterFileException(ParameterFileError.Truncated, Path, $"{count} points of {name} end at byte {end}, the file at {_region.Length}");
        var section = new PointSection(at, (int)count);
        at = end;
        return section;
    }
}
