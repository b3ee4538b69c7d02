using System.Globalization;

namespace Filecoin.Proving.Trees;

/// <summary>Names of the files in a sector's cache directory (storage-proofs <c>CacheKey</c>, <c>StoreConfig::data_path</c>).</summary>
public static class CacheFiles
{
    /// <summary>CommC and the root of TreeR.</summary>
    public const string PersistentAux = "p_aux";

    /// <summary>The store configurations of layers and trees.</summary>
    public const string TemporaryAux = "t_aux";

    /// <summary>The stored proofs of synthetic PoRep.</summary>
    public const string SyntheticProofs = "syn-porep-vanilla-proofs.dat";

    internal const string TreeDId = "tree-d";
    internal const string TreeCId = "tree-c";
    internal const string TreeRId = "tree-r-last";
    internal const string LayerIdPrefix = "layer-";

    /// <summary>The id of a layer's store, <c>layer-1</c> for the first.</summary>
    public static string LayerId(int layer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layer, 1);
        return LayerIdPrefix + layer.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Path of a layer's labels; layers count from 1.</summary>
    public static string Layer(string cacheDirectory, int layer) => Data(cacheDirectory, LayerId(layer));

    /// <summary>Path of TreeD.</summary>
    public static string TreeD(string cacheDirectory) => Data(cacheDirectory, TreeDId);

    /// <summary>Path of one base tree of TreeC; numbered where the shape has more than one.</summary>
    public static string TreeC(string cacheDirectory, int index, int count) => Data(cacheDirectory, Numbered(TreeCId, index, count));

    /// <summary>Path of one base tree of TreeR; numbered where the shape has more than one.</summary>
    public static string TreeR(string cacheDirectory, int index, int count) => Data(cacheDirectory, Numbered(TreeRId, index, count));

    private static string Numbered(string id, int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        return count == 1 ? id : $"{id}-{index.ToString(CultureInfo.InvariantCulture)}";
    }

    private static string Data(string cacheDirectory, string id) => Path.Combine(cacheDirectory, $"sc-02-data-{id}.dat");
}
