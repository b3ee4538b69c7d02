using System.Runtime.InteropServices;

namespace Filecoin.Native.Fields;

/// <summary>The border checks of batch operations: equal lengths, and an output that is one of its inputs or apart from all.</summary>
internal static class Operands
{
    public static void Require<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right, Span<T> output)
    {
        if (left.Length != output.Length || right.Length != output.Length)
        {
            throw new ArgumentException(
                $"Expected operands of equal length, found {left.Length} and {right.Length} elements for an output of {output.Length}.");
        }
        RequireSameOrApart(left, output);
        RequireSameOrApart(right, output);
    }

    public static void RequireNodes(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> output)
    {
        if (output.Length % Fr.Size != 0)
        {
            throw new ArgumentException($"Expected whole nodes of {Fr.Size} bytes, found {output.Length} bytes.", nameof(output));
        }
        Require(left, right, output);
    }

    public static void RequireBytes(int bytes, int elements, string parameter)
    {
        if (bytes != (long)elements * Fr.Size)
        {
            throw new ArgumentException($"Expected {(long)elements * Fr.Size} bytes for {elements} elements, found {bytes}.", parameter);
        }
    }

    /// <summary>Canonical bytes and elements in memory are different forms: an operation between them is never in place.</summary>
    public static void RequireApart(ReadOnlySpan<byte> littleEndian, ReadOnlySpan<Fr> values)
    {
        if (MemoryMarshal.AsBytes(values).Overlaps(littleEndian))
        {
            throw new ArgumentException("Elements must not overlap their encoding.");
        }
    }

    /// <summary>Throws for the element whose index a kernel gave back; −1 is none.</summary>
    public static void RequireCanonical(long bad, ReadOnlySpan<byte> littleEndian)
    {
        if (bad >= 0)
        {
            throw NonCanonicalFieldElementException.ForFr(bad * Fr.Size, littleEndian[(int)(bad * Fr.Size)..]);
        }
    }

    /// <summary>Throws for the element of a or b whose index a kernel gave back; −1 is none.</summary>
    public static void RequireCanonical(long bad, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (bad >= 0)
        {
            RequireCanonical(bad, Fr.TryRead(a[(int)(bad * Fr.Size)..], out _) ? b : a);
        }
    }

    private static void RequireSameOrApart<T>(ReadOnlySpan<T> input, Span<T> output)
    {
        if (input.Overlaps(output, out int offset) && offset != 0)
        {
            throw new ArgumentException($"The output overlaps an input at a distance of {offset} elements; it must be the same span or apart.");
        }
    }
}
