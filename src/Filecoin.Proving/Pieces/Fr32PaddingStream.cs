namespace Filecoin.Proving.Pieces;

/// <summary>
/// Bit padding as a stream: reading it gives the padded form of what the source has, zeros filling the last unit of 127 bytes. Reads
/// forward only.
/// </summary>
/// <param name="source">The data.</param>
/// <param name="leaveOpen">Whether disposing leaves the source alone.</param>
public sealed class Fr32PaddingStream(Stream source, bool leaveOpen = false)
    : Fr32Stream(source, Fr32.UnpaddedUnit, Fr32.PaddedUnit, leaveOpen)
{
    /// <inheritdoc/>
    private protected override int Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var length = (int)Fr32.PaddedLength(input.Length);
        Fr32.PadToEnd(input, output[..length]);
        return length;
    }
}

/// <summary>
/// The way back as a stream: reading it gives the data in a source of padded bytes. The source must be whole units of 128 bytes. Reads
/// forward only.
/// </summary>
/// <param name="source">The padded bytes.</param>
/// <param name="leaveOpen">Whether disposing leaves the source alone.</param>
public sealed class Fr32UnpaddingStream(Stream source, bool leaveOpen = false)
    : Fr32Stream(source, Fr32.PaddedUnit, Fr32.UnpaddedUnit, leaveOpen)
{
    /// <inheritdoc/>
    private protected override int Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var units = input.Length / Fr32.PaddedUnit;
        if (input.Length != units * Fr32.PaddedUnit)
            throw new EndOfStreamException($"Padded data: expected whole units of 128 bytes, found {input.Length % Fr32.PaddedUnit} at the end.");
        Fr32.Unpad(input, output[..(units * Fr32.UnpaddedUnit)]);
        return units * Fr32.UnpaddedUnit;
    }
}
