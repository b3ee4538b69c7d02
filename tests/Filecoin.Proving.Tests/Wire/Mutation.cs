using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Wire;

/// <summary>One way to spoil a document.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="At">Where, as a fraction of the length in millionths.</param>
/// <param name="Bytes">With what.</param>
public sealed record Mutation(MutationKind Kind, int At, byte[] Bytes)
{
    /// <summary>Any mutation.</summary>
    public static Arbitrary<Mutation> Any { get; } =
        (from kind in Gen.Elements(Enum.GetValues<MutationKind>())
         from at in Gen.Choose(0, 999_999)
         from bytes in Gen.Choose(0, 255).Select(b => (byte)b).NonEmptyListOf()
         select new Mutation(kind, at, [.. bytes])).ToArbitrary();

    /// <summary>The spoilt document.</summary>
    public byte[] Apply(byte[] document)
    {
        var at = (int)((long)At * document.Length / 1_000_000);
        switch (Kind)
        {
            case MutationKind.Truncate:
                return document[..at];
            case MutationKind.Insert:
                return [.. document[..at], .. Bytes, .. document[at..]];
            case MutationKind.Remove:
                return [.. document[..at], .. document[Math.Min(document.Length, at + Bytes.Length)..]];
            case MutationKind.Append:
                return [.. document, .. Bytes];
            case MutationKind.Huge:
                var huge = (byte[])document.Clone();
                huge.AsSpan(at, Math.Min(8, huge.Length - at)).Fill(0xff);
                return huge;
            case MutationKind.Flip:
                var flipped = (byte[])document.Clone();
                flipped[at] ^= (byte)(1 << (Bytes[0] & 7));
                return flipped;
            case MutationKind.Swap:
                var other = (int)((long)Bytes[0] * document.Length / 256);
                var length = Math.Min(32, document.Length - Math.Max(at, other));
                var swapped = (byte[])document.Clone();
                document.AsSpan(other, length).CopyTo(swapped.AsSpan(at));
                document.AsSpan(at, length).CopyTo(swapped.AsSpan(other));
                return swapped;
            default:
                var overwritten = (byte[])document.Clone();
                Bytes.AsSpan(0, Math.Min(Bytes.Length, document.Length - at)).CopyTo(overwritten.AsSpan(at));
                return overwritten;
        }
    }
}

/// <summary>What is done to a document.</summary>
public enum MutationKind
{
    /// <summary>A bit is flipped.</summary>
    Flip,

    /// <summary>Bytes are written over.</summary>
    Overwrite,

    /// <summary>Eight bytes become the largest number, as a length would.</summary>
    Huge,

    /// <summary>The end is cut off.</summary>
    Truncate,

    /// <summary>Bytes come in between.</summary>
    Insert,

    /// <summary>Bytes are taken out.</summary>
    Remove,

    /// <summary>Bytes come after the end.</summary>
    Append,

    /// <summary>Two stretches of 32 bytes change places.</summary>
    Swap,
}
