using System.Buffers;
using Filecoin.Native.Fields;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Replicas;

/// <summary>Encodes a sector's data with its key, the last layer: replica = data + key, node by node in the scalar field.</summary>
public static class ReplicaEncoder
{
    /// <summary>
    /// Writes the sealed file and builds TreeR over it in the same pass. The sealed file has its name only when it is whole, and
    /// after the trees have theirs.
    /// </summary>
    /// <param name="cacheDirectory">Where the last layer is and TreeR goes.</param>
    /// <param name="config">The sector's configuration.</param>
    /// <param name="dataPath">The padded data, exactly as long as the sector; null for a sector without data (zeros). It is not changed.</param>
    /// <param name="sealedPath">The sealed file.</param>
    /// <param name="options">Threads. Base trees are all built, whatever is there.</param>
    /// <param name="progress">Nodes encoded so far.</param>
    /// <param name="cancellation">Ends the work; no sealed file is left.</param>
    /// <returns>The root of TreeR.</returns>
    /// <exception cref="SectorFileException">Data or key are missing, have the wrong length, or hold bytes that are no field element.</exception>
    /// <exception cref="DiskFullException">There is no room for the sealed file or a tree.</exception>
    public static Commitment Encode(string cacheDirectory, PoRepConfig config, string? dataPath, string sealedPath,
        TreeBuildOptions? options = null, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentException.ThrowIfNullOrEmpty(sealedPath);
        var keyPath = CacheFiles.Layer(cacheDirectory, config.Layers);
        using var key = SectorFile.Open(keyPath, config.SectorSize.Bytes);
        using var data = SectorData.Open(dataPath, config.SectorSize);
        using var output = PendingFile.Create(sealedPath, config.SectorSize.Bytes);
        var replica = new Replica(data, keyPath, key, output);
        var root = TreeR.Build(cacheDirectory, config.Tree, replica,
            (options ?? new TreeBuildOptions()) with { KeepComplete = false }, progress, cancellation);
        output.Commit();
        return root;
    }

    /// <summary>Encoded nodes, written to the sealed file on their way into the tree.</summary>
    private sealed class Replica(SectorData data, string keyPath, SafeFileHandle key, PendingFile output) : ILeafProvider
    {
        public void Fill(long first, Span<byte> leaves)
        {
            data.Fill(first, leaves);
            var buffer = ArrayPool<byte>.Shared.Rent(leaves.Length);
            try
            {
                var labels = buffer.AsSpan(0, leaves.Length);
                ReadKey(first, labels);
                FrBatch.AddNodes(leaves, labels, leaves);
            }
            catch (NonCanonicalFieldElementException error)
            {
                throw NodeFault.Find(error, first, leaves.Length, (data.Path, data.Fill), (keyPath, ReadKey));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            output.Write(leaves, first * TreeRows.NodeSize);
        }

        private void ReadKey(long first, Span<byte> labels) => SectorFile.Read(key, keyPath, labels, first * TreeRows.NodeSize);
    }
}
