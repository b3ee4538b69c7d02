namespace Filecoin.Proving.Graph;

/// <summary>Where labelling takes the parents of nodes from: the graph itself, or its cache on disk.</summary>
public interface IParentSource
{
    /// <summary>Nodes of a layer.</summary>
    long Nodes { get; }

    /// <summary>
    /// The parents of <paramref name="count"/> nodes from <paramref name="firstNode"/> on: 14 each, six base then eight expander.
    /// Safe for concurrent use.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The window passes the last node.</exception>
    void ReadWindow(uint firstNode, int count, Span<uint> parents);
}
