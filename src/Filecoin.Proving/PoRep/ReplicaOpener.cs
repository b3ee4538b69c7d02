using System.Collections.Immutable;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoRep;

/// <summary>A sector with its layers and trees, open for the proofs of challenges. Any number of threads may open challenges at once.</summary>
internal sealed class ReplicaOpener : IDisposable
{
    private readonly StackedGraph _graph;
    private readonly ChallengeCheck _check;
    private readonly LayerColumns _layers;
    private readonly SectorTree _treeD;
    private readonly SectorTree _treeC;
    private readonly SectorTree _treeR;

    private ReplicaOpener(
        StackedGraph graph, PoRepPublicInputs inputs, LayerColumns layers, SectorTree treeD, SectorTree treeC, SectorTree treeR)
    {
        (_graph, _layers, _treeD, _treeC, _treeR) = (graph, layers, treeD, treeC, treeR);
        _check = new(graph.Config, graph, inputs.ReplicaId, inputs.CommD);
    }

    /// <summary>Opens the files and holds their roots against CommD and CommR.</summary>
    /// <exception cref="SectorFileException">A file is missing, has the wrong length, or belongs to another replica.</exception>
    public static ReplicaOpener Open(StackedGraph graph, ReplicaFiles files, PoRepPublicInputs inputs)
    {
        var (cache, config) = (files.CacheDirectory, graph.Config);
        var opened = new List<IDisposable>();
        try
        {
            var aux = PersistentAux.Read(cache);
            Require(Path.Combine(cache, CacheFiles.PersistentAux), "CommR", inputs.CommR, aux.CommR);
            var layers = Keep(LayerColumns.Open(cache, config));
            var treeD = Keep(SectorTree.OpenTreeD(cache, config.SectorSize));
            Require(CacheFiles.TreeD(cache), "CommD", inputs.CommD, treeD.Root);
            var treeC = Keep(SectorTree.OpenTreeC(cache, config.Tree));
            Require(CacheFiles.TreeC(cache, 0, config.Tree.SubTreeCount), "CommC", aux.CommC, treeC.Root);
            var treeR = Keep(SectorTree.OpenTreeR(cache, files.SealedPath, config.Tree));
            Require(CacheFiles.TreeR(cache, 0, config.Tree.SubTreeCount), "the root of TreeR", aux.CommRLast, treeR.Root);
            return new(graph, inputs, layers, treeD, treeC, treeR);
        }
        catch
        {
            opened.ForEach(o => o.Dispose());
            throw;
        }

        T Keep<T>(T one)
            where T : IDisposable
        {
            opened.Add(one);
            return one;
        }
    }

    /// <summary>The proof of one challenge, checked.</summary>
    /// <param name="node">The challenged node.</param>
    /// <param name="partition">Named in the error.</param>
    /// <param name="challenge">Named in the error.</param>
    /// <exception cref="SectorFileException">A file is truncated or contradicts another.</exception>
    /// <exception cref="VanillaProofException">The files together do not prove the replica.</exception>
    public ChallengeProof Open(uint node, int partition, int challenge)
    {
        Span<uint> parents = stackalloc uint[PoRepConfig.Degree];
        _graph.BaseParents(node, parents[..PoRepConfig.BaseDegree]);
        _graph.ExpanderParents(node, parents[PoRepConfig.BaseDegree..]);
        var column = Column(node);
        var baseParents = Columns(parents[..PoRepConfig.BaseDegree]);
        var expanderParents = Columns(parents[PoRepConfig.BaseDegree..]);
        var proof = ChallengeProof.FromColumns(_treeD.Open(node), _treeR.Open(node), column, baseParents, expanderParents);
        return _check.Fault(proof, node) is { } fault
            ? throw new VanillaProofException(new(partition, challenge, node, fault.Part, fault.Detail))
            : proof;
    }

    public void Dispose()
    {
        _layers.Dispose();
        _treeD.Dispose();
        _treeC.Dispose();
        _treeR.Dispose();
    }

    private static void Require(string path, string what, Commitment expected, Commitment found)
    {
        if (expected != found)
            throw new SectorFileException(SectorFileFault.OtherSector, path, null, $"{what} {expected}", found.ToString());
    }

    private ImmutableArray<ColumnProof> Columns(ReadOnlySpan<uint> nodes)
    {
        var columns = ImmutableArray.CreateBuilder<ColumnProof>(nodes.Length);
        foreach (var node in nodes)
            columns.Add(Column(node));
        return columns.MoveToImmutable();
    }

    private ColumnProof Column(uint node) => new(node, _layers.ReadColumn(node), _treeC.Open(node));
}
