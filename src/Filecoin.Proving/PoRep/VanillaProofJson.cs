using System.Collections.Immutable;
using System.Text.Json;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoRep;

/// <summary>Vanilla proofs in serde's JSON.</summary>
internal static class VanillaProofJson
{
    private static readonly JsonFields s_proof =
        new("comm_d_proofs", "comm_r_last_proof", "replica_column_proofs", "labeling_proofs", "encoding_proof");

    private static readonly JsonFields s_columns = new("c_x", "drg_parents", "exp_parents");
    private static readonly JsonFields s_columnProof = new("column", "inclusion_proof");
    private static readonly JsonFields s_column = new("index", "rows", "_h");
    private static readonly JsonFields s_labeling = new("parents", "layer_index", "node");

    public static void Write(Utf8JsonWriter json, ChallengeProof proof)
    {
        json.WriteStartObject();
        json.WriteMerkleProof(s_proof[0], proof.Data);
        json.WriteMerkleProof(s_proof[1], proof.Replica);
        json.WriteStartObject(s_proof[2]);
        json.WritePropertyName(s_columns[0]);
        Write(json, proof.Column);
        Write(json, s_columns[1], proof.BaseParents);
        Write(json, s_columns[2], proof.ExpanderParents);
        json.WriteEndObject();
        json.WriteStartArray(s_proof[3]);
        foreach (var labeling in proof.Labelings)
            Write(json, labeling);
        json.WriteEndArray();
        json.WritePropertyName(s_proof[4]);
        Write(json, proof.Encoding);
        json.WriteEndObject();
    }

    public static ChallengeProof Read(ref SerdeJsonReader reader, VanillaProofShape shape)
    {
        MerkleProof? data = null, replica = null;
        (ColumnProof? Own, ImmutableArray<ColumnProof> Base, ImmutableArray<ColumnProof> Expander) columns = default;
        var labelings = ImmutableArray<LabelingProof>.Empty;
        LabelingProof? encoding = null;
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_proof, ref seen, out var field))
        {
            switch (field)
            {
                case 0:
                    data = reader.MerkleProof(shape.TreeD);
                    break;
                case 1:
                    replica = reader.MerkleProof(shape.Tree);
                    break;
                case 2:
                    columns = ReplicaColumns(ref reader, shape);
                    break;
                case 3:
                    labelings = Labelings(ref reader, shape);
                    break;
                default:
                    encoding = Labeling(ref reader, shape);
                    break;
            }
        }

        return new(data!, replica!, columns.Own!, columns.Base, columns.Expander, labelings, encoding!);
    }

    private static void Write(Utf8JsonWriter json, string name, ImmutableArray<ColumnProof> columns)
    {
        json.WriteStartArray(name);
        foreach (var column in columns)
            Write(json, column);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ColumnProof column)
    {
        json.WriteStartObject();
        json.WriteStartObject(s_columnProof[0]);
        json.WriteNumber(s_column[0], column.Node);
        json.WriteNodeVector(s_column[1], column.Rows);
        json.WriteNull(s_column[2]);
        json.WriteEndObject();
        json.WriteMerkleProof(s_columnProof[1], column.Inclusion);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LabelingProof labeling)
    {
        json.WriteStartObject();
        json.WriteNodeVector(s_labeling[0], labeling.Parents);
        json.WriteNumber(s_labeling[1], labeling.Layer);
        json.WriteNumber(s_labeling[2], labeling.Node);
        json.WriteEndObject();
    }

    private static (ColumnProof Own, ImmutableArray<ColumnProof> Base, ImmutableArray<ColumnProof> Expander) ReplicaColumns(
        ref SerdeJsonReader reader, VanillaProofShape shape)
    {
        ColumnProof? own = null;
        var parents = new ImmutableArray<ColumnProof>[2];
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_columns, ref seen, out var field))
        {
            if (field == 0)
                own = Column(ref reader, shape);
            else
                parents[field - 1] = Columns(ref reader, shape, field == 1 ? PoRepConfig.BaseDegree : PoRepConfig.ExpanderDegree);
        }

        return (own!, parents[0], parents[1]);
    }

    private static ImmutableArray<ColumnProof> Columns(ref SerdeJsonReader reader, VanillaProofShape shape, int count)
    {
        var columns = ImmutableArray.CreateBuilder<ColumnProof>(count);
        reader.StartArray();
        for (var i = 0; i < count; i++)
        {
            reader.Element(i, count);
            columns.Add(Column(ref reader, shape));
        }

        reader.EndArray(count);
        return columns.MoveToImmutable();
    }

    private static ColumnProof Column(ref SerdeJsonReader reader, VanillaProofShape shape)
    {
        var node = 0u;
        Commitment[] rows = [];
        MerkleProof? inclusion = null;
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_columnProof, ref seen, out var field))
        {
            if (field == 0)
                (node, rows) = Labels(ref reader, shape);
            else
                inclusion = reader.MerkleProof(shape.Tree);
        }

        return new(node, rows, inclusion!);
    }

    private static (uint Node, Commitment[] Rows) Labels(ref SerdeJsonReader reader, VanillaProofShape shape)
    {
        var node = 0u;
        Commitment[] rows = [];
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_column, ref seen, out var field))
        {
            if (field == 0)
                node = (uint)reader.UInt64Below(shape.Nodes);
            else if (field == 1)
                rows = reader.FieldElementVector(shape.Layers);
            else
                reader.Null();
        }

        return (node, rows);
    }

    private static ImmutableArray<LabelingProof> Labelings(ref SerdeJsonReader reader, VanillaProofShape shape)
    {
        var labelings = ImmutableArray.CreateBuilder<LabelingProof>(shape.Layers);
        reader.StartArray();
        for (var i = 0; i < shape.Layers; i++)
        {
            reader.Element(i, shape.Layers);
            labelings.Add(Labeling(ref reader, shape));
        }

        reader.EndArray(shape.Layers);
        return labelings.MoveToImmutable();
    }

    private static LabelingProof Labeling(ref SerdeJsonReader reader, VanillaProofShape shape)
    {
        Commitment[] parents = [];
        var layer = 0u;
        var node = 0ul;
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_labeling, ref seen, out var field))
        {
            if (field == 0)
                parents = reader.FieldElementVector(LabelingProof.ParentCount);
            else if (field == 1)
                layer = (uint)reader.UInt64Below((ulong)shape.Layers + 1);
            else
                node = reader.UInt64Below(shape.Nodes);
        }

        return new(layer, node, parents);
    }
}
