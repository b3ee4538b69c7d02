using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Trees;

/// <summary><c>t_aux</c>: the store configurations of a sector's layers and trees, in the official binary form (bincode).</summary>
public sealed class TemporaryAux
{
    private const int MaxLayers = 11;
    private const int MaxText = 4096;

    /// <summary>Configurations as read or made.</summary>
    public TemporaryAux(ImmutableArray<StoreConfig> labels, StoreConfig treeD, StoreConfig treeRLast, StoreConfig treeC)
    {
        Labels = labels;
        TreeD = treeD;
        TreeRLast = treeRLast;
        TreeC = treeC;
    }

    /// <summary>The layers, first to last.</summary>
    public ImmutableArray<StoreConfig> Labels { get; }

    /// <summary>TreeD.</summary>
    public StoreConfig TreeD { get; }

    /// <summary>TreeR: size of a base tree, and the rows that its files lack.</summary>
    public StoreConfig TreeRLast { get; }

    /// <summary>TreeC: size of a base tree.</summary>
    public StoreConfig TreeC { get; }

    /// <summary>The configurations of a sector in a cache directory.</summary>
    public static TemporaryAux For(PoRepConfig config, string cacheDirectory)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = config.Tree;
        var nodes = (ulong)config.SectorSize.Nodes;
        var baseTree = (ulong)TreeRows.Create(shape.BaseArity, shape.LeavesPerSubTree).Nodes;
        return new TemporaryAux(
            LabelConfigs(config, cacheDirectory),
            new StoreConfig(cacheDirectory, CacheFiles.TreeDId, 2 * nodes - 1, 0),
            new StoreConfig(cacheDirectory, CacheFiles.TreeRId, baseTree, (ulong)shape.RowsToDiscard),
            new StoreConfig(cacheDirectory, CacheFiles.TreeCId, baseTree, 0));
    }

    /// <summary>Reads <c>t_aux</c> of a cache directory. The paths inside are what the sealing machine had, not necessarily this directory.</summary>
    /// <exception cref="SectorFileException">The file is missing or malformed.</exception>
    public static TemporaryAux Read(string cacheDirectory)
    {
        var path = Path.Combine(cacheDirectory, CacheFiles.TemporaryAux);
        using var handle = SectorFile.Open(path);
        var length = RandomAccess.GetLength(handle);
        const int limit = (MaxLayers + 3) * (2 * MaxText + 64);
        if (length > limit)
            throw new SectorFileException(SectorFileFault.Length, path, null, $"at most {limit} bytes", $"{length} bytes");
        var bytes = new byte[length];
        SectorFile.Read(handle, path, bytes, 0);
        return new Reader(path, bytes).Read();
    }

    /// <summary>Writes <c>t_aux</c> into a cache directory, whole or not at all.</summary>
    public void Write(string cacheDirectory) =>
        PendingFile.WriteAllBytes(Path.Combine(cacheDirectory, CacheFiles.TemporaryAux), ToBytes());

    internal static ImmutableArray<StoreConfig> LabelConfigs(PoRepConfig config, string cacheDirectory) =>
        [.. Enumerable.Range(1, config.Layers)
            .Select(layer => new StoreConfig(cacheDirectory, CacheFiles.LayerId(layer), (ulong)config.SectorSize.Nodes, 0))];

    internal byte[] ToBytes()
    {
        using var output = new MemoryStream();
        WriteUInt64(output, (ulong)Labels.Length);
        foreach (var config in (ReadOnlySpan<StoreConfig>)[.. Labels, TreeD, TreeRLast, TreeC])
        {
            WriteText(output, config.Path);
            WriteText(output, config.Id);
            output.WriteByte(config.Size.HasValue ? (byte)1 : (byte)0);
            if (config.Size is { } size) WriteUInt64(output, size);
            WriteUInt64(output, config.RowsToDiscard);
        }

        return output.ToArray();
    }

    private static void WriteUInt64(MemoryStream output, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        output.Write(bytes);
    }

    private static void WriteText(MemoryStream output, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteUInt64(output, (ulong)bytes.Length);
        output.Write(bytes);
    }

    private ref struct Reader(string path, ReadOnlySpan<byte> bytes)
    {
        private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _offset;

        public TemporaryAux Read()
        {
            var count = UInt64();
            if (count is 0 or > MaxLayers) throw Malformed(0, $"1 to {MaxLayers} layers", $"{count}");
            var labels = ImmutableArray.CreateBuilder<StoreConfig>((int)count);
            for (var layer = 0; layer < (int)count; layer++) labels.Add(Config());
            var aux = new TemporaryAux(labels.MoveToImmutable(), Config(), Config(), Config());
            if (_offset != _bytes.Length) throw Malformed(_offset, "the end of the file", $"{_bytes.Length - _offset} more bytes");
            return aux;
        }

        private StoreConfig Config()
        {
            var directory = Text();
            var id = Text();
            var tag = Take(1)[0];
            if (tag > 1) throw Malformed(_offset - 1, "0 or 1 before an optional size", $"{tag}");
            ulong? size = tag == 1 ? UInt64() : null;
            return new StoreConfig(directory, id, size, UInt64());
        }

        private string Text()
        {
            var at = _offset;
            var length = UInt64();
            if (length > MaxText) throw Malformed(at, $"a text of at most {MaxText} bytes", $"{length}");
            var text = Take((int)length);
            try
            {
                return Strict.GetString(text);
            }
            catch (DecoderFallbackException)
            {
                throw Malformed(at + 8, "UTF-8", Convert.ToHexStringLower(text));
            }
        }

        private ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

        private ReadOnlySpan<byte> Take(int count)
        {
            if (_bytes.Length - _offset < count)
                throw new SectorFileException(SectorFileFault.Length, path, _offset, $"{count} more bytes", $"{_bytes.Length - _offset}");
            _offset += count;
            return _bytes.Slice(_offset - count, count);
        }

        private readonly SectorFileException Malformed(long offset, string expected, string found) =>
            new(SectorFileFault.Content, path, offset, expected, found);
    }
}
