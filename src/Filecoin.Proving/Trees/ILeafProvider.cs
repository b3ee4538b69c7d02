namespace Filecoin.Proving.Trees;

/// <summary>Makes the leaves of a tree under construction, a window at a time.</summary>
internal interface ILeafProvider
{
    /// <summary>Fills a window of leaves. Windows come in any order and from several threads at once; each comes once.</summary>
    /// <param name="first">Index of the first leaf.</param>
    /// <param name="leaves">32 bytes a leaf.</param>
    void Fill(long first, Span<byte> leaves);
}
