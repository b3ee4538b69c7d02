using System.Security.Cryptography;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Tests.Trees;

public sealed class TreeBuilderTests : IDisposable
{
    private readonly WorkDirectory work = new();

    private string Target => Path.Combine(work.Path, "tree");

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData(TreeHasher.Sha256, 2, 1, 0, 1)]
    [InlineData(TreeHasher.Sha256, 2, 64, 0, 1)]
    [InlineData(TreeHasher.Sha256, 2, TreeBuilder.MaxWindow, 0, 2)]
    [InlineData(TreeHasher.Sha256, 2, 8 * TreeBuilder.MaxWindow, 0, 3)]
    [InlineData(TreeHasher.Sha256, 2, 4 * TreeBuilder.MaxWindow, 16, 2)]
    [InlineData(TreeHasher.Poseidon, 8, 1, 0, 1)]
    [InlineData(TreeHasher.Poseidon, 8, 512, 0, 1)]
    [InlineData(TreeHasher.Poseidon, 8, 4096, 2, 4)]
    [InlineData(TreeHasher.Poseidon, 2, 1024, 3, 1)]
    public void Files_are_those_of_the_plain_definition(TreeHasher hasher, int arity, long leaves, int firstStored, int degree)
    {
        var source = new DerivedLeaves();
        var rows = TreeRows.Create(arity, leaves, firstStored);
        var done = 0L;
        var root = new TreeBuilder(hasher, rows).Build(Target, source, degree, n => Interlocked.Add(ref done, n), default);
        var expected = PlainTree(hasher, arity, source.All(leaves), firstStored);
        Assert.Equal(leaves, done);
        Assert.Equal(expected.Length, rows.FileLength);
        Assert.Equal(expected[^32..], root.ToArray());
        Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(Target)));
    }

    [Fact]
    public void A_number_of_leaves_that_is_no_power_is_refused()
    {
        Assert.Throws<ArgumentException>(() => TreeRows.Create(8, 128));
        Assert.Throws<ArgumentException>(() => TreeRows.Create(2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeRows.Create(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeRows.CreateDiscarded(8, 64, 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancelling_leaves_no_file(int degree)
    {
        using var cancellation = new CancellationTokenSource();
        var builder = new TreeBuilder(TreeHasher.Sha256, TreeRows.Create(2, 8 * TreeBuilder.MaxWindow));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            builder.Build(Target, new DerivedLeaves(), degree, _ => cancellation.Cancel(), cancellation.Token));
        Assert.Empty(Directory.GetFiles(work.Path));
    }

    [Fact]
    public void A_source_that_fails_in_a_worker_fails_the_build_with_its_own_error()
    {
        var builder = new TreeBuilder(TreeHasher.Sha256, TreeRows.Create(2, 8 * TreeBuilder.MaxWindow));
        Assert.Throws<SectorFileException>(() => builder.Build(Target, new FailingLeaves(), 3, null, default));
        Assert.Empty(Directory.GetFiles(work.Path));
    }

    private static byte[] PlainTree(TreeHasher hasher, int arity, byte[] leaves, int firstStored)
    {
        using var file = new MemoryStream();
        var row = leaves;
        for (var index = 0; ; index++)
        {
            if (index >= firstStored) file.Write(row);
            if (row.Length == 32) return file.ToArray();
            var parents = new byte[row.Length / arity];
            for (var i = 0; i < parents.Length; i += 32)
                PlainParent(hasher, row.AsSpan(i * arity, 32 * arity), parents.AsSpan(i, 32));
            row = parents;
        }
    }

    private static void PlainParent(TreeHasher hasher, ReadOnlySpan<byte> children, Span<byte> parent)
    {
        if (hasher == TreeHasher.Poseidon)
        {
            Poseidon.Hash(children, parent);
        }
        else
        {
            SHA256.HashData(children, parent);
            parent[31] &= 0x3f;
        }
    }

    private sealed class DerivedLeaves : ILeafProvider
    {
        public byte[] All(long leaves)
        {
            var all = new byte[leaves * 32];
            Fill(0, all);
            return all;
        }

        public void Fill(long first, Span<byte> leaves)
        {
            for (var i = 0; i < leaves.Length / 32; i++)
            {
                SHA256.HashData(BitConverter.GetBytes(first + i), leaves.Slice(32 * i, 32));
                leaves[32 * i + 31] &= 0x3f;
            }
        }
    }

    private sealed class FailingLeaves : ILeafProvider
    {
        public void Fill(long first, Span<byte> leaves) =>
            throw new SectorFileException(SectorFileFault.Content, "data", first * 32, "data", "none");
    }
}
