namespace Filecoin.ChainCo.Chain;

/// <summary>
/// The CID of an immutable record, kept once computed. A copy made by <c>with</c> shares the field's object, so the owner is compared:
/// the cache answers only for the record that filled it. All instances are equal, so records compare by their content.
/// </summary>
internal sealed class CidCache : IEquatable<CidCache>
{
    private Entry? _entry;

    public Cid GetOrCompute<T>(T owner)
        where T : class, ICborValue<T>
    {
        Entry? entry = _entry;
        if (entry is null || !ReferenceEquals(entry.Owner, owner))
            _entry = entry = new Entry(owner, DagCbor.CidOf(owner));
        return entry.Cid;
    }

    public bool Equals(CidCache? other) => other is not null;

    public override bool Equals(object? obj) => obj is CidCache;

    public override int GetHashCode() => 0;

    private sealed record Entry(object Owner, Cid Cid);
}
