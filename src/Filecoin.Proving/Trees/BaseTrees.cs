using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Trees;

/// <summary>Builds the octet base trees of TreeC or TreeR, one file after the other, and joins their roots.</summary>
internal static class BaseTrees
{
    /// <param name="shape">The sector's tree shape.</param>
    /// <param name="rows">Rows of one base tree as they are stored.</param>
    /// <param name="pathOf">Path of base tree i.</param>
    /// <param name="leaves">Leaves of the whole sector.</param>
    /// <param name="options">Threads; whether complete files are kept.</param>
    /// <param name="progress">Leaves done so far.</param>
    /// <param name="cancellation">Ends the work between windows.</param>
    /// <returns>Root of the compound tree.</returns>
    public static Commitment Build(TreeShape shape, TreeRows rows, Func<int, string> pathOf, ILeafProvider leaves,
        TreeBuildOptions options, IProgress<long>? progress, CancellationToken cancellation)
    {
        var counter = new ProgressCounter(progress);
        var builder = new TreeBuilder(TreeHasher.Poseidon, rows);
        var roots = new Commitment[shape.SubTreeCount];
        for (var i = 0; i < roots.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var path = pathOf(i);
            if (options.KeepComplete && SectorFile.IsComplete(path, rows.FileLength))
            {
                roots[i] = ReadRoot(path, rows);
                counter.Add(rows.Leaves);
            }
            else
            {
                roots[i] = builder.Build(path, new LeafRange(leaves, i * rows.Leaves), options.Degree, counter.Add, cancellation);
            }
        }

        return CompoundRoot.Of(shape, roots);
    }

    private static Commitment ReadRoot(string path, TreeRows rows)
    {
        using var handle = SectorFile.Open(path, rows.FileLength);
        Span<byte> root = stackalloc byte[TreeRows.NodeSize];
        SectorFile.Read(handle, path, root, rows.Offset(rows.RootRow, 0));
        return Commitment.FromBytes(root);
    }
}
