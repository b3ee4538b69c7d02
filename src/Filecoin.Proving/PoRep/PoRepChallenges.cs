using System.Buffers.Binary;
using System.Collections.Immutable;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoRep;

/// <summary>Which nodes a PoRep opens: interactive, synthetic or non-interactive (storage-proofs-porep <c>challenges.rs</c>). Node 0 is never asked for.</summary>
public static class PoRepChallenges
{
    /// <summary>The challenges of one partition, in order.</summary>
    /// <param name="config">The registered proof: sector size, challenges per partition, interactive or not.</param>
    /// <param name="inputs">The replica and, unless the PoRep is non-interactive, the seed.</param>
    /// <param name="partition">0 to the number of partitions less one.</param>
    public static ImmutableArray<uint> ForPartition(PoRepConfig config, PoRepPublicInputs inputs, int partition)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, config.Partitions);
        switch (config.Feature)
        {
            case PoRepFeature.Synthetic:
                var set = SyntheticSet(config, inputs.ReplicaId, inputs.CommR);
                return [.. set.Select(inputs.Seed, partition, config.ChallengesPerPartition).Select(i => set[i])];
            case PoRepFeature.NonInteractive:
                return Hashed("filecoin.io|PoRep|1|NonInteractive|1"u8, inputs.ReplicaId, inputs.CommR.Span, config, partition);
            default:
                return Hashed([], inputs.ReplicaId, inputs.Seed.Span, config, partition);
        }
    }

    /// <summary>The whole set of synthetic challenges of a replica, in the order in which its proofs are stored.</summary>
    /// <param name="config">A synthetic PoRep.</param>
    /// <param name="replicaId">Name of the replica.</param>
    /// <param name="commR">Commitment of the replica.</param>
    public static ImmutableArray<uint> Synthetic(PoRepConfig config, ReplicaId replicaId, Commitment commR)
    {
        ArgumentNullException.ThrowIfNull(config);
        var set = SyntheticSet(config, replicaId, commR);
        var challenges = ImmutableArray.CreateBuilder<uint>(set.Count);
        for (var i = 0; i < set.Count; i++)
            challenges.Add(set[i]);
        return challenges.MoveToImmutable();
    }

    internal static SyntheticChallenges SyntheticSet(PoRepConfig config, ReplicaId replicaId, Commitment commR) =>
        new(config.SectorSize.Nodes, config.SyntheticChallenges, replicaId, commR);

    /// <summary>A 256-bit little-endian number, reduced to a node other than 0.</summary>
    internal static uint Reduce(ReadOnlySpan<byte> number, uint nodes)
    {
        ulong remainder = 0;
        for (var i = number.Length - 4; i >= 0; i -= 4)
            remainder = ((remainder << 32) | BinaryPrimitives.ReadUInt32LittleEndian(number[i..])) % (nodes - 1);
        return (uint)remainder + 1;
    }

    private static ImmutableArray<uint> Hashed(
        ReadOnlySpan<byte> tag, ReplicaId replicaId, ReadOnlySpan<byte> randomness, PoRepConfig config, int partition)
    {
        Span<byte> preimage = stackalloc byte[tag.Length + 68];
        tag.CopyTo(preimage);
        replicaId.Span.CopyTo(preimage[tag.Length..]);
        randomness.CopyTo(preimage[(tag.Length + 32)..]);
        var nodes = checked((uint)config.SectorSize.Nodes);
        var first = partition * config.ChallengesPerPartition;
        var challenges = ImmutableArray.CreateBuilder<uint>(config.ChallengesPerPartition);
        Span<byte> digest = stackalloc byte[Sha256.DigestSize];
        for (var i = 0; i < config.ChallengesPerPartition; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(preimage[^4..], (uint)(first + i));
            Sha256.Hash(preimage, digest);
            challenges.Add(Reduce(digest, nodes));
        }

        return challenges.MoveToImmutable();
    }
}
