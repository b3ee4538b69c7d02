using System.Buffers.Binary;
using Filecoin.Native.Hashing;

namespace Filecoin.Proving.Graph;

/// <summary>
/// The three-round Feistel permutation of [0, n) that deals out expander edges (storage-proofs-core <c>crypto/feistel.rs</c>). The
/// round function of a key depends on half an index alone, 17 bits for 32 GiB and 64 GiB, so each round is a table of all its values
/// instead of a BLAKE2b per edge and round.
/// </summary>
internal sealed class FeistelPermutation
{
    /// <summary>Elements permuted in one run.</summary>
    public const int MaxRun = 1024;

    private const int Rounds = 3;

    private readonly ulong elements;
    private readonly int halfBits;
    private readonly uint mask;
    private readonly uint[] round0;
    private readonly uint[] round1;
    private readonly uint[] round2;

    public FeistelPermutation(ulong elements, ReadOnlySpan<ulong> keys)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keys.Length, Rounds);
        this.elements = elements;

        // The least even number of bits that holds every element, at least two.
        halfBits = 1;
        while (1UL << (2 * halfBits) < elements)
            halfBits++;
        mask = (1u << halfBits) - 1;
        round0 = Tabulate(keys[0]);
        round1 = Tabulate(keys[1]);
        round2 = Tabulate(keys[2]);
    }

    /// <summary>
    /// Where the elements from <paramref name="first"/> on land. An element that a pass throws past n goes into the next pass, until
    /// its cycle is back below n: half of all do where n is twice a power of four. The passes are over lists instead of each element on
    /// its own, so that the coin tosses cost no mispredicted branches.
    /// </summary>
    /// <param name="first">The first element.</param>
    /// <param name="places">At most <see cref="MaxRun"/> places.</param>
    public void Permute(ulong first, Span<ulong> places)
    {
        Span<ushort> open = stackalloc ushort[MaxRun];
        var count = 0;
        for (var i = 0; i < places.Length; i++)
        {
            var place = Encode(first + (uint)i);
            places[i] = place;
            open[count] = (ushort)i;
            count += place < elements ? 0 : 1;
        }

        while (count > 0)
        {
            var still = 0;
            foreach (var i in open[..count])
            {
                var place = Encode(places[i]);
                places[i] = place;
                open[still] = i;
                still += place < elements ? 0 : 1;
            }

            count = still;
        }
    }

    private ulong Encode(ulong index)
    {
        var left = (uint)(index >> halfBits) & mask;
        var right = (uint)index & mask;
        left ^= round0[right];
        right ^= round1[left];
        left ^= round2[right];

        // Three rounds end with the halves crossed once more than they began.
        return ((ulong)right << halfBits) | left;
    }

    private uint[] Tabulate(ulong key)
    {
        var table = new uint[mask + 1];
        Span<byte> preimage = stackalloc byte[2 * sizeof(ulong)];
        Span<byte> digest = stackalloc byte[64];
        BinaryPrimitives.WriteUInt64BigEndian(preimage[sizeof(ulong)..], key);
        for (var right = 0u; right < table.Length; right++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(preimage, right);
            Blake2b.Hash512(preimage, digest);
            table[right] = (uint)BinaryPrimitives.ReadUInt64BigEndian(digest) & mask;
        }

        return table;
    }
}
