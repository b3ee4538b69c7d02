using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoRep;

/// <summary>
/// One challenge in the file of synthetic proofs: the node and its 14 parents (8 bytes each, little-endian), the path in TreeD, then for the
/// node and each parent its column and path in TreeC, then the path in TreeR. A path is its leaf and the siblings from below; its indices
/// follow from the node (storage-proofs-porep <c>params.rs</c>, <c>SynthProofs</c>).
/// </summary>
internal sealed class SyntheticRecord
{
    private const int Indices = 1 + PoRepConfig.Degree;
    private const int NodeSize = 32;

    private readonly PoRepConfig _config;
    private readonly MerkleProofShape _treeD;
    private readonly MerkleProofShape _tree;

    public SyntheticRecord(PoRepConfig config)
    {
        _config = config;
        _treeD = MerkleProofShape.TreeD(config.SectorSize);
        _tree = MerkleProofShape.Replica(config.SectorSize);
        var column = config.Layers + 1 + _tree.Siblings;
        Length = (8 * Indices) + (NodeSize * (1 + _treeD.Siblings + (Indices * column) + 1 + _tree.Siblings));
    }

    /// <summary>Bytes of a record.</summary>
    public int Length { get; }

    public static void Write(ChallengeProof proof, Span<byte> record)
    {
        var writer = new NodeWriter(record);
        writer.Number(proof.Node);
        foreach (var parent in proof.BaseParents)
            writer.Number(parent.Node);
        foreach (var parent in proof.ExpanderParents)
            writer.Number(parent.Node);
        writer.Path(proof.Data);
        writer.Column(proof.Column);
        foreach (var parent in proof.BaseParents)
            writer.Column(parent);
        foreach (var parent in proof.ExpanderParents)
            writer.Column(parent);
        writer.Path(proof.Replica);
    }

    /// <summary>Reads a record. Indices are checked against the sector's size here, against the challenge and the graph by the proof's check.</summary>
    /// <exception cref="WireFormatException">An index is not in the sector, or a node is no field element.</exception>
    public ChallengeProof Read(ReadOnlySpan<byte> record, string document, Commitment rootD, Commitment rootC, Commitment rootR)
    {
        var reader = new BincodeReader(record, document);
        Span<uint> nodes = stackalloc uint[Indices];
        foreach (ref var node in nodes)
            node = (uint)reader.UInt64Below((ulong)_config.SectorSize.Nodes, "node");
        var data = Path(ref reader, _treeD, nodes[0], rootD, "path in TreeD");
        var columns = ImmutableArray.CreateBuilder<ColumnProof>(Indices);
        foreach (var node in nodes)
        {
            var rows = new Commitment[_config.Layers];
            reader.FieldElements(MemoryMarshal.AsBytes(rows.AsSpan()), "column");
            columns.Add(new(node, rows, Path(ref reader, _tree, node, rootC, "path in TreeC")));
        }

        var replica = Path(ref reader, _tree, nodes[0], rootR, "path in TreeR");
        var all = columns.MoveToImmutable();
        return ChallengeProof.FromColumns(
            data, replica, all[0], all.Slice(1, PoRepConfig.BaseDegree), all.Slice(1 + PoRepConfig.BaseDegree, PoRepConfig.ExpanderDegree));
    }

    private static MerkleProof Path(ref BincodeReader reader, MerkleProofShape shape, uint node, Commitment root, string path)
    {
        var leaf = reader.FieldElement(path);
        var index = node;
        var steps = new MerklePathElement[shape.BaseLevels];
        for (var level = 0; level < steps.Length; level++)
            steps[level] = Step(ref reader, shape.BaseArity, ref index, path);
        return new(
            root,
            leaf,
            new MerklePath(steps),
            shape.SubArity > 0 ? new MerklePath(Step(ref reader, shape.SubArity, ref index, path)) : null,
            shape.TopArity > 0 ? new MerklePath(Step(ref reader, shape.TopArity, ref index, path)) : null);
    }

    private static MerklePathElement Step(ref BincodeReader reader, int arity, ref uint index, string path)
    {
        var siblings = new Commitment[arity - 1];
        reader.FieldElements(MemoryMarshal.AsBytes(siblings.AsSpan()), path);
        var own = (int)(index % (uint)arity);
        index /= (uint)arity;
        return new(siblings, own);
    }

    private ref struct NodeWriter(Span<byte> record)
    {
        private Span<byte> _rest = record;

        public void Number(uint node)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_rest, node);
            _rest = _rest[8..];
        }

        public void Column(ColumnProof column)
        {
            Nodes(column.Rows);
            Path(column.Inclusion);
        }

        public void Path(MerkleProof proof)
        {
            Nodes([proof.Leaf]);
            foreach (var step in proof.Steps)
                Nodes(step.Siblings);
        }

        private void Nodes(scoped ReadOnlySpan<Commitment> nodes)
        {
            MemoryMarshal.AsBytes(nodes).CopyTo(_rest);
            _rest = _rest[(nodes.Length * NodeSize)..];
        }
    }
}
