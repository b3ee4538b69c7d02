using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Trees;

/// <summary>Openings of trees over derived sealed files: every leaf opens, and nothing else verifies.</summary>
public sealed class SectorTreeTests : IDisposable
{
    private readonly WorkDirectory work = new();

    public static TheoryData<string> Sizes => ["2KiB", "4KiB", "16KiB", "32KiB"];

    private string Sealed => Path.Combine(work.Path, "sealed");

    public void Dispose() => work.Dispose();

    [Theory, MemberData(nameof(Sizes))]
    public void Every_leaf_opens_to_the_root_at_its_index(string size)
    {
        var shape = TreeShape.For(SectorSize.Parse(size));
        var root = Build(shape);
        using var tree = SectorTree.OpenTreeR(work.Path, Sealed, shape);
        Assert.Equal(root, tree.Root);
        Assert.Equal(shape.SectorSize.Nodes, tree.Leaves);
        var sealedBytes = File.ReadAllBytes(Sealed);
        for (var leaf = 0; leaf < tree.Leaves; leaf++)
        {
            var proof = tree.Open(leaf);
            Assert.Equal(leaf, proof.LeafIndex);
            Assert.Equal(root, proof.Root);
            Assert.Equal(sealedBytes[(32 * leaf)..(32 * leaf + 32)], proof.Leaf.ToArray());
            Assert.True(proof.HasShape(shape.BaseArity, shape.SubTreeArity, shape.TopTreeArity, tree.Leaves));
            if (leaf % 37 == 0) Assert.True(proof.Verify(TreeHasher.Poseidon, leaf));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Open(tree.Leaves));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Open(-1));
    }

    [Fact]
    public void A_proof_with_anything_changed_does_not_verify()
    {
        var shape = TreeShape.For(SectorSize.KiB32);
        Build(shape);
        using var tree = SectorTree.OpenTreeR(work.Path, Sealed, shape);
        var proof = tree.Open(777);
        Assert.True(proof.Verify(TreeHasher.Poseidon));
        Assert.False(new MerkleProof(proof.Leaf, proof.Leaf, proof.BasePath, proof.SubPath, proof.TopPath).Verify(TreeHasher.Poseidon));
        Assert.False(new MerkleProof(proof.Root, proof.Root, proof.BasePath, proof.SubPath, proof.TopPath).Verify(TreeHasher.Poseidon));
        foreach (var step in Enumerable.Range(0, proof.BasePath.Count))
        {
            Assert.False(With(proof, Changed(proof.BasePath, step, moved: true)).Verify(TreeHasher.Poseidon));
            Assert.False(With(proof, Changed(proof.BasePath, step, moved: false)).Verify(TreeHasher.Poseidon));
        }

        Assert.False(new MerkleProof(proof.Root, proof.Leaf, proof.BasePath, Changed(proof.SubPath!, 0, true), proof.TopPath).Verify(TreeHasher.Poseidon));
        Assert.False(new MerkleProof(proof.Root, proof.Leaf, proof.BasePath, proof.SubPath, Changed(proof.TopPath!, 0, true)).Verify(TreeHasher.Poseidon));
        Assert.False(new MerkleProof(proof.Root, proof.Leaf, proof.BasePath, proof.SubPath).HasShape(8, 8, 2, tree.Leaves));
        Assert.False(With(proof, new MerklePath([.. proof.BasePath.Take(1)])).HasShape(8, 8, 2, tree.Leaves));
        Assert.Throws<ArgumentException>(() => new MerkleProof(proof.Root, proof.Leaf, proof.BasePath, null, proof.TopPath));
    }

    [Fact]
    public void Any_flipped_byte_of_tree_or_sealed_file_is_found_where_it_is()
    {
        var shape = TreeShape.For(SectorSize.KiB4);
        Build(shape);
        TreeCheck.TreeR(work.Path, Sealed, shape);
        Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(
            Gen.Choose(0, 4096 + 63).Select(at => (At: at, Flip: 1)).ToArbitrary(), change =>
            {
                var (path, offset) = change.At < 4096
                    ? (Sealed, (long)change.At) : (CacheFiles.TreeR(work.Path, (change.At - 4096) / 32, 2), change.At % 32);
                using var flipped = new FlippedByte(path, offset);
                var error = Assert.Throws<SectorFileException>(() => TreeCheck.TreeR(work.Path, Sealed, shape));
                Assert.Equal(SectorFileFault.Content, error.Fault);
                Assert.Equal(0, error.Offset);
                Assert.Equal(CacheFiles.TreeR(work.Path, (change.At < 4096 ? change.At / 2048 : (change.At - 4096) / 32), 2), error.Path);
            }));
    }

    [Fact]
    public void A_sealed_file_that_the_tree_contradicts_is_told_when_it_is_opened()
    {
        var shape = TreeShape.For(SectorSize.KiB4);
        Build(shape);
        using (new FlippedByte(Sealed, 2048 + 17))
        {
            using var tree = SectorTree.OpenTreeR(work.Path, Sealed, shape);
            tree.Open(63);
            var error = Assert.Throws<SectorFileException>(() => tree.Open(64));
            Assert.Equal((SectorFileFault.Content, CacheFiles.TreeR(work.Path, 1, 2), 0L), (error.Fault, error.Path, error.Offset));
        }
    }

    [Fact]
    public void Missing_truncated_and_overlong_files_are_refused()
    {
        var shape = TreeShape.For(SectorSize.KiB2);
        Build(shape);
        var tree = CacheFiles.TreeR(work.Path, 0, 1);
        foreach (var path in (string[])[tree, Sealed])
        {
            var whole = File.ReadAllBytes(path);
            File.Delete(path);
            Assert.Equal((SectorFileFault.Missing, path), Fault());
            foreach (var length in (int[])[0, whole.Length - 1, whole.Length + 1])
            {
                File.WriteAllBytes(path, new byte[length]);
                Assert.Equal((SectorFileFault.Length, path), Fault());
            }

            File.WriteAllBytes(path, whole);
        }

        (SectorFileFault, string) Fault()
        {
            var error = Assert.Throws<SectorFileException>(() => SectorTree.OpenTreeR(work.Path, Sealed, shape));
            return (error.Fault, error.Path);
        }
    }

    [Fact]
    public void A_file_with_fewer_rows_discarded_opens_as_well()
    {
        var rows = TreeRows.CreateDiscarded(8, 4096, 0);
        File.WriteAllBytes(Sealed, Derived(4096 * 32));
        using var data = File.OpenRead(Sealed);
        foreach (var discarded in (int[])[0, 1, 2])
        {
            var path = Path.Combine(work.Path, $"tree-{discarded}");
            var root = new TreeBuilder(TreeHasher.Poseidon, TreeRows.CreateDiscarded(8, 4096, discarded)).Build(path, new FileLeaves(data), 1, null, default);
            using var store = MerkleStore.OpenDiscarded(path, TreeHasher.Poseidon, 8, 4096, -1, Sealed, 4096 * 32);
            Assert.Equal(discarded + 1, store.Rows.FirstStored);
            var merklePath = store.OpenPath(1234, out var leaf);
            Assert.Equal(root, merklePath.Root(TreeHasher.Poseidon, leaf));
            Assert.Equal(store.ReadLeaf(1234), leaf);
        }

        Assert.True(rows.FileLength > 0);
    }

    private Commitment Build(TreeShape shape)
    {
        File.WriteAllBytes(Sealed, Derived((int)shape.SectorSize.Bytes));
        return TreeR.Build(work.Path, Sealed, shape);
    }

    private static byte[] Derived(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)(i % 32 == 31 ? (i >> 5) & 0x3f : (i * 31) ^ (i >> 7));
        return bytes;
    }

    private static MerkleProof With(MerkleProof proof, MerklePath basePath) => new(proof.Root, proof.Leaf, basePath, proof.SubPath, proof.TopPath);

    private static MerklePath Changed(MerklePath path, int step, bool moved)
    {
        MerklePathElement[] steps = [.. path];
        var siblings = steps[step].Siblings.ToArray();
        if (!moved) siblings[^1] = siblings[0] == siblings[^1] ? default : siblings[0];
        steps[step] = new MerklePathElement(siblings.AsSpan(), moved ? (steps[step].Index + 1) % steps[step].Arity : steps[step].Index);
        return new MerklePath(steps);
    }

    private sealed class FileLeaves(FileStream file) : ILeafProvider
    {
        public void Fill(long first, Span<byte> leaves) => RandomAccess.Read(file.SafeFileHandle, leaves, first * 32);
    }
}
