using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling;

/// <summary>A partition's proof, and what it is of.</summary>
/// <param name="Partition">The partition within the deadline.</param>
/// <param name="Randomness">The randomness as the chain gave it, 32 bytes.</param>
/// <param name="Sectors">The proven sectors with their CommR, ascending.</param>
/// <param name="Skipped">Sectors that could not be read.</param>
/// <param name="Proof">192 bytes.</param>
internal sealed record FinishedProof(ulong Partition, ReadOnlyMemory<byte> Randomness, ImmutableArray<PoStSector> Sectors, Bitfield Skipped, ReadOnlyMemory<byte> Proof)
{
    private const int Entry = sizeof(ulong) + 32;

    /// <summary>Proven and skipped sectors together.</summary>
    public Bitfield Covered { get; } = Bitfield.Of(Sectors.Select(sector => sector.Number.Value)).Union(Skipped);

    public PoStPublicInputs PublicInputs => new(PoStRandomness.FromChain(Randomness.Span), Sectors);

    /// <summary>Whether it is the proof that the chain asks for.</summary>
    public bool Fits(ReadOnlySpan<byte> randomness, Bitfield sectors) => Randomness.Span.SequenceEqual(randomness) && Covered.Equals(sectors);

    /// <summary>The sectors as bytes for a table: number, little-endian, and CommR of each.</summary>
    public byte[] SectorBytes()
    {
        var bytes = new byte[Sectors.Length * Entry];
        for (int i = 0; i < Sectors.Length; i++)
        {
            Span<byte> entry = bytes.AsSpan(i * Entry, Entry);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(entry, Sectors[i].Number.Value);
            Sectors[i].CommR.Span.CopyTo(entry[8..]);
        }

        return bytes;
    }

    public static ImmutableArray<PoStSector> ReadSectors(ReadOnlySpan<byte> bytes)
    {
        var sectors = ImmutableArray.CreateBuilder<PoStSector>(bytes.Length / Entry);
        for (int at = 0; at < bytes.Length; at += Entry)
        {
            sectors.Add(new PoStSector(
                new SectorNumber(System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..])), Commitment.FromBytes(bytes.Slice(at + 8, 32))));
        }

        return sectors.ToImmutable();
    }
}

/// <summary>A message that was asked for, as the tables keep it.</summary>
/// <param name="Key">Its name at the sender.</param>
/// <param name="Method">5, 10 or 11.</param>
/// <param name="Params">Its parameters.</param>
/// <param name="Randomness">Of a submission, the randomness that its proofs answer; empty otherwise.</param>
/// <param name="AskedAt">The head's epoch when it was asked for.</param>
internal sealed record AskedMessage(string Key, ulong Method, ReadOnlyMemory<byte> Params, ReadOnlyMemory<byte> Randomness, ChainEpoch AskedAt);
