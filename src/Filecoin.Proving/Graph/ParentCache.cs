using System.Runtime.InteropServices;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Graph;

/// <summary>
/// The parents of all nodes of a graph in a file: 14 u32 little-endian a node, six base then eight expander, under the official name
/// (<see cref="StackedGraph.CacheName"/> with the extension <c>.cache</c>), so that a cache which is already on a machine serves as it
/// is. 56 bytes a node: 14 MiB for 8 MiB sectors, 56 GiB for 32 GiB. Read by position, safe for concurrent use.
/// </summary>
public sealed class ParentCache : IParentSource, IDisposable
{
    /// <summary>Bytes of one node's parents.</summary>
    public const int NodeBytes = PoRepConfig.Degree * sizeof(uint);

    private readonly SafeFileHandle handle;

    private ParentCache(string path, SafeFileHandle handle, StackedGraph graph)
    {
        Path = path;
        this.handle = handle;
        Graph = graph;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The graph whose parents these are.</summary>
    public StackedGraph Graph { get; }

    /// <inheritdoc/>
    public long Nodes => Graph.Nodes;

    /// <summary>Where the cache of a graph lies in a directory of caches.</summary>
    public static string PathOf(string directory, StackedGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return System.IO.Path.Combine(directory, graph.CacheName + ".cache");
    }

    /// <summary>Opens a cache that is there.</summary>
    /// <param name="directory">The directory of caches.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="check">How thoroughly it is checked.</param>
    /// <param name="progress">Nodes checked, for <see cref="ParentCacheCheck.Full"/>.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="ParentCacheException">It is not the graph's.</exception>
    public static ParentCache Open(
        string directory, StackedGraph graph, ParentCacheCheck check = ParentCacheCheck.Sample,
        IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        var path = PathOf(directory, graph);
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var cache = new ParentCache(path, handle, graph);
        try
        {
            ParentCacheChecks.Run(cache, RandomAccess.GetLength(handle), check, progress, cancellation);
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a graph's cache, and makes it first where there is none. It appears under its name only when it is whole and its digest is
    /// the published one. Of several processes one generates and the others wait.
    /// </summary>
    /// <param name="directory">The directory of caches, created if missing.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="options">Threads, check, what to do with a corrupted cache.</param>
    /// <param name="progress">Nodes generated or checked.</param>
    /// <param name="cancellation">Ends the work; nothing is left under the cache's name.</param>
    /// <exception cref="ParentCacheException">The cache that is there is not the graph's, and is not to be replaced.</exception>
    /// <exception cref="DiskFullException">The file system has no room for it.</exception>
    public static ParentCache OpenOrCreate(
        string directory, StackedGraph graph, ParentCacheOptions? options = null,
        IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new ParentCacheOptions();
        if (TryOpen(directory, graph, options, progress, cancellation) is { } existing)
            return existing;
        Directory.CreateDirectory(directory);
        using (ParentCacheLock.Take(PathOf(directory, graph) + ".lock", cancellation))
        {
            // Another process may have made it while this one waited.
            if (TryOpen(directory, graph, options, progress, cancellation) is { } made)
                return made;
            ParentCacheGenerator.Generate(PathOf(directory, graph), graph, options.DegreeOfParallelism, progress, cancellation);
            return Open(directory, graph, ParentCacheCheck.Length, null, cancellation);
        }
    }

    /// <inheritdoc/>
    public void ReadWindow(uint firstNode, int count, Span<uint> parents)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (firstNode + (long)count > Nodes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(firstNode), firstNode, $"Expected at most {Nodes} nodes, found a window of {count} from {firstNode}.");
        }

        var bytes = MemoryMarshal.AsBytes(parents[..(count * PoRepConfig.Degree)]);
        var offset = (long)firstNode * NodeBytes;
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(handle, bytes, offset);
            if (read == 0)
                throw new ParentCacheException(Path, offset, $"{Nodes * NodeBytes} bytes", $"{RandomAccess.GetLength(handle)} bytes");
            bytes = bytes[read..];
            offset += read;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => handle.Dispose();

    private static ParentCache? TryOpen(
        string directory, StackedGraph graph, ParentCacheOptions options, IProgress<long>? progress, CancellationToken cancellation)
    {
        try
        {
            return Open(directory, graph, options.Check, progress, cancellation);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (ParentCacheException) when (options.ReplaceCorrupted)
        {
            return null;
        }
    }
}
