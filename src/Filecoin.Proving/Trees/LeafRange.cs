namespace Filecoin.Proving.Trees;

/// <summary>The leaves of one base tree among those of the whole sector.</summary>
internal sealed class LeafRange(ILeafProvider whole, long start) : ILeafProvider
{
    public void Fill(long first, Span<byte> leaves) => whole.Fill(start + first, leaves);
}
