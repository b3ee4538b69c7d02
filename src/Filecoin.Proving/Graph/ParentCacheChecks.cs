using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Graph;

/// <summary>The checks of a parent cache that lies on disk.</summary>
internal static class ParentCacheChecks
{
    private const int WindowNodes = 1 << 14;
    private const int Samples = 256;

    public static void Run(
        ParentCache cache, long length, ParentCacheCheck check, IProgress<long>? progress, CancellationToken cancellation)
    {
        if (length != cache.Nodes * ParentCache.NodeBytes)
        {
            throw new ParentCacheException(
                cache.Path, Math.Min(length, cache.Nodes * ParentCache.NodeBytes),
                $"{cache.Nodes * ParentCache.NodeBytes} bytes", $"{length} bytes");
        }

        if (check == ParentCacheCheck.Sample)
            CompareSamples(cache);
        else if (check == ParentCacheCheck.Full && ParentCacheDigests.Find(cache.Graph.CacheName) is { } published)
            CompareDigest(cache, published, progress, cancellation);
        else if (check == ParentCacheCheck.Full)
            CompareAll(cache, progress, cancellation);
    }

    private static void CompareSamples(ParentCache cache)
    {
        Span<uint> found = stackalloc uint[PoRepConfig.Degree];
        Span<uint> expected = stackalloc uint[PoRepConfig.Degree];
        var samples = (uint)Math.Min(Samples, cache.Nodes);
        for (var i = 1u; i <= samples; i++)
        {
            // Evenly spread, the last node among them.
            var node = (uint)(cache.Nodes * i / samples) - 1;
            cache.ReadWindow(node, 1, found);
            cache.Graph.ReadWindow(node, 1, expected);
            Compare(cache, node, expected, found);
        }
    }

    private static void CompareAll(ParentCache cache, IProgress<long>? progress, CancellationToken cancellation)
    {
        var expected = new uint[WindowNodes * PoRepConfig.Degree];
        ForEachWindow(
            cache,
            (node, found) =>
            {
                cache.Graph.ReadWindow(node, found.Length / PoRepConfig.Degree, expected);
                Compare(cache, node, expected.AsSpan(0, found.Length), found);
            },
            progress, cancellation);
    }

    private static void CompareDigest(ParentCache cache, string published, IProgress<long>? progress, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ForEachWindow(cache, (_, found) => hash.AppendData(MemoryMarshal.AsBytes(found)), progress, cancellation);
        var digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (digest != published)
            throw new ParentCacheException(cache.Path, null, $"SHA-256 {published}", digest);
    }

    private static void ForEachWindow(
        ParentCache cache, Action<uint, ReadOnlySpan<uint>> action, IProgress<long>? progress, CancellationToken cancellation)
    {
        var window = new uint[WindowNodes * PoRepConfig.Degree];
        for (var node = 0L; node < cache.Nodes; node += WindowNodes)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(WindowNodes, cache.Nodes - node);
            cache.ReadWindow((uint)node, count, window);
            action((uint)node, window.AsSpan(0, count * PoRepConfig.Degree));
            progress?.Report(node + count);
        }
    }

    private static void Compare(ParentCache cache, uint firstNode, ReadOnlySpan<uint> expected, ReadOnlySpan<uint> found)
    {
        var same = expected.CommonPrefixLength(found);
        if (same == expected.Length)
            return;
        throw new ParentCacheException(
            cache.Path, ((long)firstNode * ParentCache.NodeBytes) + (same * sizeof(uint)),
            $"node {expected[same]} as parent {same % PoRepConfig.Degree} of node {firstNode + (same / PoRepConfig.Degree)}",
            $"node {found[same]}");
    }
}
