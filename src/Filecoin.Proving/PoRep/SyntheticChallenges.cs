using System.Buffers.Binary;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoRep;

/// <summary>
/// The challenges of synthetic PoRep (FIP-0059): a set fixed by the replica, whose proofs are stored when the sector is sealed, and from
/// which the seed later selects (storage-proofs-porep <c>challenges.rs</c>).
/// </summary>
internal sealed class SyntheticChallenges
{
    private readonly ChaCha20KeyStream _generation;
    private readonly ReplicaId _replicaId;
    private readonly uint _nodes;

    public SyntheticChallenges(long nodes, int count, ReplicaId replicaId, Commitment commR)
    {
        _nodes = checked((uint)nodes);
        _replicaId = replicaId;
        Count = count;
        _generation = Stream("filecoin.io|PoRep|1|Synthetic|1|Generation"u8, replicaId.Span, commR.Span);
    }

    /// <summary>Challenges in the set.</summary>
    public int Count { get; }

    /// <summary>The challenge at an index of the set.</summary>
    public uint this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            Span<byte> number = stackalloc byte[32];
            _generation.Read(32L * index, number);
            return PoRepChallenges.Reduce(number, _nodes);
        }
    }

    /// <summary>The indices within the set that the seed selects for a partition; an index can come up more than once.</summary>
    public int[] Select(Seed seed, int partition, int challengesPerPartition)
    {
        var selection = Stream("filecoin.io|PoRep|1|Synthetic|1|Selection"u8, _replicaId.Span, seed.Span);
        var indices = new int[challengesPerPartition];
        Span<byte> word = stackalloc byte[4];
        for (var i = 0; i < indices.Length; i++)
        {
            selection.Read(4 * (((long)partition * challengesPerPartition) + i), word);
            indices[i] = (int)(BinaryPrimitives.ReadUInt32LittleEndian(word) % (uint)Count);
        }

        return indices;
    }

    private static ChaCha20KeyStream Stream(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> message = stackalloc byte[64];
        first.CopyTo(message);
        second.CopyTo(message[32..]);
        Span<byte> key = stackalloc byte[32];
        Blake2b.HashKeyed(domain, message, key);
        return new(key, "synth-porep\0"u8);
    }
}
