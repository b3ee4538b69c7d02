using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Graph;

/// <summary>
/// Writes a graph's parents to its cache file. One batch is hashed and written while the next is generated. A killed run leaves only a
/// temporary file and the next starts over: making a node's parents costs no more than reading them back to trust them.
/// </summary>
internal static class ParentCacheGenerator
{
    private const int WindowNodes = 1 << 14;

    public static void Generate(
        string path, StackedGraph graph, int degreeOfParallelism, IProgress<long>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreeOfParallelism);
        using var file = PendingFile.Create(path, graph.Nodes * ParentCache.NodeBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = degreeOfParallelism, CancellationToken = cancellation };
        var batchNodes = (int)Math.Min(graph.Nodes, (long)WindowNodes * 2 * degreeOfParallelism);
        var buffer = new uint[batchNodes * PoRepConfig.Degree];
        var written = new uint[batchNodes * PoRepConfig.Degree];
        var writing = Task.CompletedTask;
        try
        {
            for (var first = 0L; first < graph.Nodes; first += batchNodes)
            {
                var firstNode = first;
                var count = (int)Math.Min(batchNodes, graph.Nodes - first);
                Fill(graph, firstNode, count, buffer, parallel);
                writing.GetAwaiter().GetResult();
                (buffer, written) = (written, buffer);
                var bytes = written.AsMemory(0, count * PoRepConfig.Degree);
                writing = Task.Run(
                    () =>
                    {
                        var content = MemoryMarshal.AsBytes(bytes.Span);
                        hash.AppendData(content);
                        file.Write(content, firstNode * ParentCache.NodeBytes);
                        progress?.Report(firstNode + count);
                    },
                    CancellationToken.None);
            }
        }
        finally
        {
            // The file and the hash must not go away under a write; its error, if any, comes out below or lost to the first one.
            Task.WaitAny([writing], CancellationToken.None);
        }

        writing.GetAwaiter().GetResult();
        var digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (ParentCacheDigests.Find(graph.CacheName) is { } published && published != digest)
            throw new ParentCacheException(file.TemporaryPath, null, $"SHA-256 {published}", digest);
        file.Commit();
    }

    private static void Fill(StackedGraph graph, long first, int count, uint[] buffer, ParallelOptions parallel)
    {
        var windows = (count + WindowNodes - 1) / WindowNodes;
        Parallel.For(0, windows, parallel, window =>
        {
            var start = window * WindowNodes;
            var nodes = Math.Min(WindowNodes, count - start);
            graph.ReadWindow((uint)(first + start), nodes, buffer.AsSpan(start * PoRepConfig.Degree));
        });
    }
}
