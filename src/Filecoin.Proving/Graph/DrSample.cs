using System.Buffers.Binary;
using System.Numerics;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Graph;

/// <summary>
/// The depth-robust graph within a layer: bucket sampling over a metagraph of five times the nodes (storage-proofs-core
/// <c>drgraph.rs</c>, <c>BucketGraph</c>). Each node draws from its own ChaCha8 stream, seeded with the graph's seed and the node.
/// </summary>
internal sealed class DrSample
{
    private const int Sampled = PoRepConfig.BaseDegree - 1;

    private readonly uint[] seed = new uint[GraphSeeds.DrSampleBytes / sizeof(uint)];
    private readonly int predecessorIndex;
    private readonly int firstSampled;

    public DrSample(PorepId porepId, ApiVersion version)
    {
        var bytes = GraphSeeds.DrSample(porepId);
        for (var i = 0; i < seed.Length; i++)
            seed[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)));

        // Version 1.0 put the predecessor last; since 1.1 it comes first, so that hashing a label cannot begin before it is known.
        (predecessorIndex, firstSampled) = version == ApiVersion.V1_0 ? (Sampled, 0) : (0, 1);
    }

    /// <summary>
    /// Base parents of the nodes from <paramref name="firstNode"/> on; those of node i begin at i · <paramref name="stride"/>.
    /// </summary>
    public void Fill(uint firstNode, int count, Span<uint> parents, int stride)
    {
        Span<uint> words = stackalloc uint[ChaCha8Lanes.Words * ChaCha8Lanes.Lanes];
        for (var i = 0; i < count; i += ChaCha8Lanes.Lanes)
        {
            ChaCha8Lanes.Fill(seed, firstNode + (uint)i, words);
            var lanes = Math.Min(count - i, ChaCha8Lanes.Lanes);
            for (var lane = 0; lane < lanes; lane++)
                Sample(firstNode + (uint)(i + lane), words[lane..], parents.Slice((i + lane) * stride, PoRepConfig.BaseDegree));
        }
    }

    private void Sample(uint node, ReadOnlySpan<uint> words, Span<uint> parents)
    {
        if (node < 2)
        {
            // Node 0 refers to itself and node 1 to node 0 alone.
            parents.Clear();
            return;
        }

        var metaNode = (ulong)node * Sampled;

        // ⌈log2⌉ of a number that is no power of two: its bit length.
        var buckets = (uint)(64 - BitOperations.LeadingZeroCount(metaNode));
        for (var k = 0; k < Sampled; k++)
        {
            var bucket = (int)(Word(words, 2 * k) % buckets) + 1;
            var largest = Math.Min(metaNode, 1UL << bucket);
            var smallest = Math.Max(2, largest >> 1);
            var distance = smallest + (Word(words, (2 * k) + 1) % (largest - smallest + 1));
            var parent = (uint)((metaNode - distance) / Sampled);
            parents[firstSampled + k] = parent == node ? node - 1 : parent;
        }

        parents[predecessorIndex] = node - 1;
    }

    /// <summary>Number <paramref name="index"/> of a stream, 64 bits little-endian, out of words that lie eight streams abreast.</summary>
    private static ulong Word(ReadOnlySpan<uint> words, int index) =>
        words[2 * index * ChaCha8Lanes.Lanes] | ((ulong)words[((2 * index) + 1) * ChaCha8Lanes.Lanes] << 32);
}
