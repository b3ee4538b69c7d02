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

    private static void RequireSameOrApart<T>(ReadOnlySpan<T> input, Span<T> output)
    {
        if (input.Overlaps(output, out int offset) && offset != 0)
        {
            throw new ArgumentException($"The output overlaps an input at a distance of {offset} elements; it must be the same span or apart.");
        }
    }
}
