using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Localnet.State;

/// <summary>
/// The CID of an immutable record, computed once. A copy made by <c>with</c> shares this object, so the owner is compared. All instances are
/// equal, so records compare by content.
/// </summary>
internal sealed class RootCache<T> : IEquatable<RootCache<T>>
    where T : class
{
    private Entry? _entry;

    /// <summary>The CID of what <paramref name="write"/> writes of the owner.</summary>
    public Cid Get(T owner, Action<T, DagCborWriter> write)
    {
        Entry? entry = _entry;
        if (entry is null || !ReferenceEquals(entry.Owner, owner))
        {
            var writer = new DagCborWriter();
            write(owner, writer);
            _entry = entry = new Entry(owner, Cid.OfDagCbor(writer.WrittenSpan));
        }

        return entry.Root;
    }

    public bool Equals(RootCache<T>? other) => other is not null;

    public override bool Equals(object? obj) => obj is RootCache<T>;

    public override int GetHashCode() => 0;

    private sealed record Entry(T Owner, Cid Root);
}
