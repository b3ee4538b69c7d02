using System.Collections.Immutable;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoRep;

/// <summary>Vanilla proofs in bincode.</summary>
internal static class VanillaProofBincode
{
    public static void Write(in BincodeWriter writer, ChallengeProof proof)
    {
        writer.Write(proof.Data);
        writer.Write(proof.Replica);
        Write(writer, proof.Column);
        Write(writer, proof.BaseParents);
        Write(writer, proof.ExpanderParents);
        writer.Length(proof.Labelings.Length);
        foreach (var labeling in proof.Labelings)
            Write(writer, labeling);
        Write(writer, proof.Encoding);
    }

    public static ChallengeProof Read(ref BincodeReader reader, VanillaProofShape shape, string path)
    {
        var data = reader.MerkleProof(shape.TreeD, path + ".comm_d_proofs");
        var replica = reader.MerkleProof(shape.Tree, path + ".comm_r_last_proof");
        var column = Column(ref reader, shape, path + ".replica_column_proofs.c_x");
        var baseParents = Columns(ref reader, shape, PoRepConfig.BaseDegree, path + ".replica_column_proofs.drg_parents");
        var expanderParents = Columns(ref reader, shape, PoRepConfig.ExpanderDegree, path + ".replica_column_proofs.exp_parents");
        reader.Length(shape.Layers, path + ".labeling_proofs");
        var labelings = ImmutableArray.CreateBuilder<LabelingProof>(shape.Layers);
        for (var layer = 1; layer <= shape.Layers; layer++)
            labelings.Add(Labeling(ref reader, shape, path + ".labeling_proofs"));
        return new(
            data, replica, column, baseParents, expanderParents, labelings.MoveToImmutable(), Labeling(ref reader, shape, path + ".encoding_proof"));
    }

    private static void Write(in BincodeWriter writer, ImmutableArray<ColumnProof> columns)
    {
        writer.Length(columns.Length);
        foreach (var column in columns)
            Write(writer, column);
    }

    private static void Write(in BincodeWriter writer, ColumnProof column)
    {
        writer.UInt32(column.Node);
        writer.NodeVector(column.Rows);
        writer.Write(column.Inclusion);
    }

    private static void Write(in BincodeWriter writer, LabelingProof labeling)
    {
        writer.NodeVector(labeling.Parents);
        writer.UInt32(labeling.Layer);
        writer.UInt64(labeling.Node);
    }

    private static ImmutableArray<ColumnProof> Columns(ref BincodeReader reader, VanillaProofShape shape, int count, string path)
    {
        reader.Length(count, path);
        var columns = ImmutableArray.CreateBuilder<ColumnProof>(count);
        for (var i = 0; i < count; i++)
            columns.Add(Column(ref reader, shape, path));
        return columns.MoveToImmutable();
    }

    private static ColumnProof Column(ref BincodeReader reader, VanillaProofShape shape, string path)
    {
        var node = reader.UInt32Below((uint)shape.Nodes, path + ".column.index");
        var rows = reader.FieldElementVector(shape.Layers, path + ".column.rows");
        return new(node, rows, reader.MerkleProof(shape.Tree, path + ".inclusion_proof"));
    }

    private static LabelingProof Labeling(ref BincodeReader reader, VanillaProofShape shape, string path)
    {
        var parents = reader.FieldElementVector(LabelingProof.ParentCount, path + ".parents");
        var layer = reader.UInt32Below((uint)shape.Layers + 1, path + ".layer_index");
        return new(layer, reader.UInt64Below(shape.Nodes, path + ".node"), parents);
    }
}
