using System.Buffers;
using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Proving.Trees;

/// <summary>The columns through a sector's layers: node i of layer 1, of layer 2, … A leaf of TreeC is the Poseidon hash of a column.</summary>
internal sealed class LayerColumns : ILeafProvider, IDisposable
{
    /// <summary>Columns hashed at once: so many of 11 layers fit a core's cache.</summary>
    private const int Batch = 512;

    private readonly string[] _paths;
    private readonly SafeFileHandle[] _layers;

    private LayerColumns(string[] paths, SafeFileHandle[] layers)
    {
        _paths = paths;
        _layers = layers;
    }

    /// <exception cref="SectorFileException">A layer is missing or has another length than the sector.</exception>
    public static LayerColumns Open(string cacheDirectory, PoRepConfig config)
    {
        var paths = Enumerable.Range(1, config.Layers).Select(layer => CacheFiles.Layer(cacheDirectory, layer)).ToArray();
        var layers = new List<SafeFileHandle>();
        try
        {
            foreach (var path in paths) layers.Add(SectorFile.Open(path, config.SectorSize.Bytes));
            return new LayerColumns(paths, [.. layers]);
        }
        catch
        {
            foreach (var layer in layers) layer.Dispose();
            throw;
        }
    }

    /// <summary>One column: a node's label in each layer, layer 1 first.</summary>
    /// <exception cref="SectorFileException">A layer ends before, or a label is no field element.</exception>
    public Commitment[] ReadColumn(long node)
    {
        var column = new Commitment[_layers.Length];
        for (var layer = 0; layer < column.Length; layer++)
        {
            var label = MemoryMarshal.AsBytes(column.AsSpan(layer, 1));
            SectorFile.Read(_layers[layer], _paths[layer], label, node * TreeRows.NodeSize);
            if (Fr.TryRead(label, out _)) continue;
            throw new SectorFileException(SectorFileFault.Content, _paths[layer], node * TreeRows.NodeSize,
                "a canonical field element", Convert.ToHexStringLower(label));
        }

        return column;
    }

    /// <summary>Hashes columns to leaves.</summary>
    /// <exception cref="SectorFileException">A label is no field element.</exception>
    public void Fill(long first, Span<byte> leaves)
    {
        var width = _layers.Length;
        var nodes = leaves.Length / TreeRows.NodeSize;
        var buffer = ArrayPool<byte>.Shared.Rent((width + 1) * Batch * TreeRows.NodeSize);
        try
        {
            for (var done = 0; done < nodes; done += Batch)
            {
                var count = Math.Min(Batch, nodes - done);
                var columns = buffer.AsSpan(0, width * count * TreeRows.NodeSize);
                var labels = buffer.AsSpan(width * Batch * TreeRows.NodeSize, count * TreeRows.NodeSize);
                for (var layer = 0; layer < width; layer++)
                {
                    SectorFile.Read(_layers[layer], _paths[layer], labels, (first + done) * TreeRows.NodeSize);
                    Spread(labels, columns, layer, width);
                }

                Hash(first + done, columns, leaves.Slice(done * TreeRows.NodeSize, count * TreeRows.NodeSize));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
    }

    private static void Spread(ReadOnlySpan<byte> labels, Span<byte> columns, int layer, int width)
    {
        var from = MemoryMarshal.Cast<byte, Commitment>(labels);
        var to = MemoryMarshal.Cast<byte, Commitment>(columns);
        for (var i = 0; i < from.Length; i++) to[i * width + layer] = from[i];
    }

    private void Hash(long first, ReadOnlySpan<byte> columns, Span<byte> leaves)
    {
        try
        {
            Poseidon.HashMany(_layers.Length, columns, leaves);
        }
        catch (NonCanonicalFieldElementException error)
        {
            for (var i = 0; i < columns.Length / TreeRows.NodeSize; i++)
            {
                var label = columns.Slice(i * TreeRows.NodeSize, TreeRows.NodeSize);
                if (Fr.TryRead(label, out _)) continue;
                var (column, layer) = Math.DivRem(i, _layers.Length);
                throw new SectorFileException(SectorFileFault.Content, _paths[layer], (first + column) * TreeRows.NodeSize,
                    "a canonical field element", Convert.ToHexStringLower(label), error);
            }

            throw;
        }
    }
}
