using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Filecoin.Native.Hashing;

/// <summary>The checks of this room's border.</summary>
internal static class Buffers
{
    internal static void RequireLength(int found, int expected, [CallerArgumentExpression(nameof(found))] string? name = null)
    {
        if (found != expected)
            ThrowLength(found, expected, name);
    }

    internal static void RequireMultiple(int found, int unit, [CallerArgumentExpression(nameof(found))] string? name = null)
    {
        if (found % unit != 0)
            throw new ArgumentException($"Expected a multiple of {unit} bytes, found {found}.", name);
    }

    internal static void RequireDisjoint(
        ReadOnlySpan<byte> input, ReadOnlySpan<byte> output, [CallerArgumentExpression(nameof(output))] string? name = null)
    {
        if (input.Overlaps(output))
            throw new ArgumentException("The output overlaps the input.", name);
    }

    [DoesNotReturn]
    private static void ThrowLength(int found, int expected, string? name) =>
        throw new ArgumentException($"Expected {expected} bytes, found {found}.", name);
}
