using System.Numerics;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>A half-open range of set bits.</summary>
/// <param name="Start">The first bit.</param>
/// <param name="Length">How many bits, at least one.</param>
public readonly record struct BitRange(ulong Start, ulong Length)
{
    /// <summary>The bit after the last one.</summary>
    public ulong End => Start + Length;
}

/// <summary>
/// An immutable set of non-negative integers kept as runs: sector numbers, partition indexes. On the chain it is RLE+ (specification, RLE+ bitset encoding).
/// Bits are below 2^64 - 1; a set of any size costs memory by its runs, never by its bits.
/// </summary>
[JsonConverter(typeof(BitfieldJsonConverter))]
public sealed class Bitfield : ICborValue<Bitfield>, IEquatable<Bitfield>
{
    /// <summary>Longest RLE+ encoding read or written, in bytes.</summary>
    public const int MaxEncodedLength = 32 << 10;

    private readonly BitRange[] _ranges;

    private Bitfield(BitRange[] ranges)
    {
        _ranges = ranges;
        BigInteger count = BigInteger.Zero;
        foreach (BitRange range in ranges)
            count += range.Length;
        Count = (ulong)count;
    }

    /// <summary>The empty set.</summary>
    public static Bitfield Empty { get; } = new([]);

    /// <summary>How many bits are set.</summary>
    public ulong Count { get; }

    /// <summary>True when no bit is set.</summary>
    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>The runs of set bits, ascending, never touching each other.</summary>
    public IReadOnlyList<BitRange> Ranges => _ranges;

    /// <summary>The set of <paramref name="bits"/>, given in any order and with repetitions.</summary>
    public static Bitfield Of(IEnumerable<ulong> bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ulong[] sorted = [.. bits];
        Array.Sort(sorted);
        var ranges = new List<BitRange>();
        foreach (ulong bit in sorted)
            Append(ranges, new BitRange(bit, 1));
        return new Bitfield([.. ranges]);
    }

    /// <summary>The set of <paramref name="bits"/>, given in any order and with repetitions.</summary>
    public static Bitfield Of(params ReadOnlySpan<ulong> bits) => Of((IEnumerable<ulong>)bits.ToArray());

    /// <summary>The bits from <paramref name="start"/> on, <paramref name="length"/> of them.</summary>
    public static Bitfield OfRange(ulong start, ulong length) => length == 0 ? Empty : new([Checked(start, length)]);

    /// <summary>True when <paramref name="bit"/> is set.</summary>
    public bool Contains(ulong bit)
    {
        int low = 0, high = _ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            if (bit < _ranges[middle].Start)
                high = middle - 1;
            else if (bit >= _ranges[middle].End)
                low = middle + 1;
            else
                return true;
        }

        return false;
    }

    /// <summary>The set bits in ascending order, one at a time. A hostile set can be astronomically large: prefer <see cref="ToArray"/>.</summary>
    public IEnumerable<ulong> Bits()
    {
        foreach (BitRange range in _ranges)
        {
            for (ulong bit = range.Start; bit < range.End; bit++)
                yield return bit;
        }
    }

    /// <summary>The set bits in ascending order, at most <paramref name="max"/> of them.</summary>
    /// <exception cref="BitfieldFormatException">More bits are set.</exception>
    public ulong[] ToArray(int max) =>
        Count <= (ulong)max ? [.. Bits()] : throw new BitfieldFormatException($"bitfield: {Count} bits are set, at most {max} are allowed");

    /// <summary>Bits set in either.</summary>
    public Bitfield Union(Bitfield other) => Combine(other, (a, b) => a || b);

    /// <summary>Bits set in both.</summary>
    public Bitfield Intersect(Bitfield other) => Combine(other, (a, b) => a && b);

    /// <summary>Bits set here and not in <paramref name="other"/>.</summary>
    public Bitfield Except(Bitfield other) => Combine(other, (a, b) => a && !b);

    /// <summary>True when every bit of <paramref name="other"/> is set here.</summary>
    public bool IsSupersetOf(Bitfield other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Except(this).IsEmpty;
    }

    /// <summary>The bits numbered <paramref name="skip"/> to <paramref name="skip"/> + <paramref name="take"/> - 1 among the set ones, in order.</summary>
    public Bitfield Slice(ulong skip, ulong take)
    {
        var ranges = new List<BitRange>();
        foreach (BitRange range in _ranges)
        {
            if (take == 0)
                break;
            ulong dropped = Math.Min(skip, range.Length);
            skip -= dropped;
            ulong kept = Math.Min(range.Length - dropped, take);
            take -= kept;
            if (kept > 0)
                ranges.Add(new BitRange(range.Start + dropped, kept));
        }

        return new Bitfield([.. ranges]);
    }

    /// <summary>The canonical RLE+ bytes; empty for the empty set.</summary>
    /// <exception cref="BitfieldFormatException">More than <see cref="MaxEncodedLength"/> bytes.</exception>
    public byte[] ToRlePlus() => RlePlus.Encode(_ranges);

    /// <summary>Reads canonical RLE+ bytes: what <see cref="ToRlePlus"/> writes and nothing else.</summary>
    /// <exception cref="BitfieldFormatException">The bytes are malformed, not canonical or too long.</exception>
    public static Bitfield FromRlePlus(ReadOnlySpan<byte> bytes) => new(RlePlus.Decode(bytes));

    /// <summary>Run lengths in turn, unset first: {0,1,2,8,9} is [0,3,5,2], the empty set is [0]. The form in JSON.</summary>
    public IReadOnlyList<ulong> ToRunLengths()
    {
        if (IsEmpty)
            return [0];
        var lengths = new List<ulong>(2 * _ranges.Length);
        ulong at = 0;
        foreach (BitRange range in _ranges)
        {
            lengths.Add(range.Start - at);
            lengths.Add(range.Length);
            at = range.End;
        }

        return lengths;
    }

    /// <summary>Reads run lengths in turn, unset first. Only the first may be zero.</summary>
    /// <exception cref="BitfieldFormatException">A later run is empty, or the bits reach past 2^64 - 1.</exception>
    public static Bitfield FromRunLengths(IEnumerable<ulong> lengths)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        var ranges = new List<BitRange>();
        ulong at = 0;
        bool set = false, first = true;
        foreach (ulong length in lengths)
        {
            if (length == 0 && !first)
                throw new BitfieldFormatException("bitfield: only the first run length may be zero");
            BitRange run = Checked(at, length);
            if (set)
                ranges.Add(run);
            at = run.End;
            set = !set;
            first = false;
        }

        return new Bitfield([.. ranges]);
    }

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteBytes(ToRlePlus());
    }

    /// <inheritdoc/>
    public static Bitfield ReadCbor(ref DagCborReader reader)
    {
        int at = reader.Offset;
        try
        {
            return FromRlePlus(reader.ReadBytes(MaxEncodedLength));
        }
        catch (BitfieldFormatException e)
        {
            throw new CborFormatException(e.Message, at);
        }
    }

    /// <inheritdoc/>
    public bool Equals(Bitfield? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Bitfield);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (BitRange range in _ranges)
            hash.Add(range);
        return hash.ToHashCode();
    }

    /// <summary>The first runs, for logs: "3-7,9 (6 bits)".</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        foreach (BitRange range in _ranges.AsSpan(0, Math.Min(_ranges.Length, 8)))
            parts.Add(range.Length == 1 ? $"{range.Start}" : $"{range.Start}-{range.End - 1}");
        return $"{string.Join(',', parts)}{(_ranges.Length > 8 ? ",..." : "")} ({Count} bits)";
    }

    internal static BitRange Checked(ulong start, ulong length) => length <= ulong.MaxValue - start
        ? new BitRange(start, length) : throw new BitfieldFormatException("bitfield: the runs reach past 2^64 - 1");

    private static void Append(List<BitRange> ranges, BitRange next)
    {
        Checked(next.Start, next.Length);
        if (ranges.Count > 0 && ranges[^1] is var last && next.Start <= last.End)
            ranges[^1] = last with { Length = Math.Max(last.End, next.End) - last.Start };
        else
            ranges.Add(next);
    }

    // Walks the borders of both sets; between two borders membership in each is constant.
    private Bitfield Combine(Bitfield other, Func<bool, bool, bool> keep)
    {
        ArgumentNullException.ThrowIfNull(other);
        var ranges = new List<BitRange>();
        ulong at = 0;
        int i = 0, j = 0;
        while (i < _ranges.Length || j < other._ranges.Length)
        {
            (bool inA, ulong nextA) = Segment(_ranges, i, at);
            (bool inB, ulong nextB) = Segment(other._ranges, j, at);
            ulong next = Math.Min(nextA, nextB);
            if (next > at && keep(inA, inB))
                Append(ranges, new BitRange(at, next - at));
            at = next;
            while (i < _ranges.Length && _ranges[i].End <= at)
                i++;
            while (j < other._ranges.Length && other._ranges[j].End <= at)
                j++;
        }

        return new Bitfield([.. ranges]);
    }

    private static (bool Inside, ulong Border) Segment(BitRange[] ranges, int index, ulong at) =>
        index == ranges.Length ? (false, ulong.MaxValue)
        : at < ranges[index].Start ? (false, ranges[index].Start)
        : (true, ranges[index].End);
}
