using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Trees;

/// <summary>TreeC, TreeD or TreeR of a sector, open for Merkle proofs: its base trees' files and the rows that join them.</summary>
public sealed class SectorTree : IDisposable
{
    private readonly MerkleStore[] _stores;
    private readonly Commitment[] _baseRoots;
    private readonly Commitment[] _subRoots;
    private readonly int _subTreeArity;
    private readonly int _topTreeArity;

    private SectorTree(MerkleStore[] stores, TreeShape? shape)
    {
        _stores = stores;
        _baseRoots = [.. stores.Select(store => store.Root)];
        _subTreeArity = shape?.SubTreeArity ?? 0;
        _topTreeArity = shape?.TopTreeArity ?? 0;
        _subRoots = _subTreeArity == 0 ? [] : CompoundRoot.SubRoots(shape!, _baseRoots);
        Root = shape is null ? _baseRoots[0] : CompoundRoot.Of(shape, _baseRoots);
    }

    /// <summary>Root of the whole tree: CommC, CommD, or the root of TreeR.</summary>
    public Commitment Root { get; }

    /// <summary>Leaves of the whole tree: the sector's nodes.</summary>
    public long Leaves => _stores.Length * _stores[0].Leaves;

    /// <summary>Hash of the inner nodes.</summary>
    public TreeHasher Hasher => _stores[0].Hasher;

    /// <summary>Opens TreeD.</summary>
    /// <exception cref="Storage.SectorFileException">The file is missing or has the wrong length.</exception>
    public static SectorTree OpenTreeD(string cacheDirectory, SectorSize size) =>
        Create([() => MerkleStore.Open(CacheFiles.TreeD(cacheDirectory), TreeHasher.Sha256, 2, size.Nodes)], null);

    /// <summary>Opens TreeC.</summary>
    /// <exception cref="Storage.SectorFileException">A file is missing or has the wrong length.</exception>
    public static SectorTree OpenTreeC(string cacheDirectory, TreeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Create(Enumerable.Range(0, shape.SubTreeCount).Select(i => (Func<MerkleStore>)(() => MerkleStore.Open(
            CacheFiles.TreeC(cacheDirectory, i, shape.SubTreeCount), TreeHasher.Poseidon, shape.BaseArity, shape.LeavesPerSubTree))), shape);
    }

    /// <summary>Opens TreeR over the sealed file. How many rows its files lack is told by their length.</summary>
    /// <exception cref="Storage.SectorFileException">A file is missing or has the wrong length.</exception>
    public static SectorTree OpenTreeR(string cacheDirectory, string sealedPath, TreeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Create(Enumerable.Range(0, shape.SubTreeCount).Select(i => (Func<MerkleStore>)(() => MerkleStore.OpenDiscarded(
            CacheFiles.TreeR(cacheDirectory, i, shape.SubTreeCount), TreeHasher.Poseidon, shape.BaseArity, shape.LeavesPerSubTree, -1,
            sealedPath, shape.SectorSize.Bytes, i * shape.LeavesPerSubTree * TreeRows.NodeSize))), shape);
    }

    /// <summary>One leaf.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    public Commitment ReadLeaf(long leaf)
    {
        var (tree, index) = Locate(leaf);
        return _stores[tree].ReadLeaf(index);
    }

    /// <summary>The inclusion proof of a leaf. May be called by several threads at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    /// <exception cref="Storage.SectorFileException">A file is truncated, or TreeR and the sealed file contradict each other.</exception>
    public MerkleProof Open(long leaf)
    {
        var (tree, index) = Locate(leaf);
        var basePath = _stores[tree].OpenPath(index, out var value);
        if (_subTreeArity == 0) return new MerkleProof(Root, value, basePath);
        var sub = tree / _subTreeArity;
        var subPath = Join(_baseRoots.AsSpan(sub * _subTreeArity, _subTreeArity), tree % _subTreeArity);
        return _topTreeArity == 0
            ? new MerkleProof(Root, value, basePath, subPath)
            : new MerkleProof(Root, value, basePath, subPath, Join(_subRoots, sub));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
    }

    private static SectorTree Create(IEnumerable<Func<MerkleStore>> open, TreeShape? shape)
    {
        var stores = new List<MerkleStore>();
        try
        {
            foreach (var one in open) stores.Add(one());
            return new SectorTree([.. stores], shape);
        }
        catch
        {
            foreach (var store in stores) store.Dispose();
            throw;
        }
    }

    private static MerklePath Join(ReadOnlySpan<Commitment> roots, int index)
    {
        var siblings = new Commitment[roots.Length - 1];
        roots[..index].CopyTo(siblings);
        roots[(index + 1)..].CopyTo(siblings.AsSpan(index));
        return new MerklePath(new MerklePathElement(siblings, index));
    }

    private (int Tree, long Index) Locate(long leaf)
    {
        if ((ulong)leaf >= (ulong)Leaves)
            throw new ArgumentOutOfRangeException(nameof(leaf), leaf, $"expected a leaf below {Leaves}, found {leaf}");
        return ((int)(leaf / _stores[0].Leaves), leaf % _stores[0].Leaves);
    }
}
