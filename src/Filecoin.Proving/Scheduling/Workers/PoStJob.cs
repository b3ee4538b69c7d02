using System.Buffers.Binary;
using System.Collections.Immutable;
using Filecoin.Native.Hashing;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>
/// One SNARK to make: the vanilla proofs of a partition, or of a winning sector. Everything that the proof depends on is in it, so any machine can
/// make it.
/// </summary>
public sealed record PoStJob
{
    private PoStJob()
    {
    }

    /// <summary>
    /// The job's name: a digest of what the proof is about. The same work has the same name after a restart, so a worker that went on meanwhile
    /// can hand in what it made.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The registered PoSt.</summary>
    public required PoStConfig Proof { get; init; }

    /// <summary>The miner's actor id.</summary>
    public required ulong Miner { get; init; }

    /// <summary>The PoSt's randomness.</summary>
    public required PoStRandomness Randomness { get; init; }

    /// <summary>The vanilla proofs in ascending order of sector numbers; one when winning.</summary>
    public required ImmutableArray<SectorProof> Vanilla { get; init; }

    /// <summary>When the proof comes too late to be of use.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>What it is called in reports: <c>t01000 deadline 3 partition 0</c>.</summary>
    public required string Title { get; init; }

    /// <summary>What a verifier knows.</summary>
    public PoStPublicInputs PublicInputs => new(Randomness, [.. Vanilla.Select(proof => proof.Public)]);

    /// <summary>A job.</summary>
    /// <exception cref="ArgumentException">No vanilla proof, several of a winning PoSt, more than a window partition holds, or not in ascending order.</exception>
    public static PoStJob Create(
        PoStConfig proof, ulong miner, PoStRandomness randomness, ImmutableArray<SectorProof> vanilla, DateTimeOffset deadline, string title)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (proof.RegisteredProof is null)
            throw new ArgumentException("Expected a registered PoSt, found one that no actor knows.", nameof(proof));
        if (vanilla.IsDefaultOrEmpty || vanilla.Length > proof.SectorsPerPartition)
            throw new ArgumentException($"Expected 1 to {proof.SectorsPerPartition} vanilla proofs, found {(vanilla.IsDefault ? 0 : vanilla.Length)}.", nameof(vanilla));
        var job = new PoStJob
        {
            Id = "", Proof = proof, Miner = miner, Randomness = randomness, Vanilla = vanilla, Deadline = deadline, Title = title,
        };
        return job with { Id = IdOf(proof, miner, job.PublicInputs) };
    }

    private static string IdOf(PoStConfig proof, ulong miner, PoStPublicInputs inputs)
    {
        const int Entry = sizeof(ulong) + 32;
        var content = new byte[(2 * sizeof(ulong)) + 32 + (inputs.Sectors.Length * Entry)];
        BinaryPrimitives.WriteInt64LittleEndian(content, (long)proof.RegisteredProof!.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(8), miner);
        inputs.Randomness.Span.CopyTo(content.AsSpan(16));
        for (int i = 0; i < inputs.Sectors.Length; i++)
        {
            Span<byte> entry = content.AsSpan(48 + (i * Entry), Entry);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, inputs.Sectors[i].Number.Value);
            inputs.Sectors[i].CommR.Span.CopyTo(entry[8..]);
        }

        Span<byte> digest = stackalloc byte[32];
        Blake2b.Hash256(content, digest);
        return Convert.ToHexStringLower(digest[..16]);
    }
}
