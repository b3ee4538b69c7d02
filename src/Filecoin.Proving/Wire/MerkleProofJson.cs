using System.Runtime.InteropServices;
using System.Text.Json;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Wire;

/// <summary>Inclusion proofs in serde's JSON (storage-proofs-core <c>merkle/proof.rs</c>).</summary>
internal static class MerkleProofJson
{
    private static readonly JsonFields s_proof = new("data");
    private static readonly JsonFields[] s_kinds = [new("Single"), new("Sub"), new("Top")];
    private static readonly JsonFields[] s_data =
    [
        new("root", "leaf", "path"),
        new("root", "leaf", "base_proof", "sub_proof"),
        new("root", "leaf", "base_proof", "sub_proof", "top_proof"),
    ];

    private static readonly JsonFields s_path = new("path");
    private static readonly JsonFields s_step = new("hashes", "index");

    /// <summary>Writes a proof, as a property if it has a name, else as a value.</summary>
    public static void WriteMerkleProof(this Utf8JsonWriter json, string? name, MerkleProof proof)
    {
        if (name is not null)
            json.WritePropertyName(name);
        json.WriteStartObject();
        json.WriteStartObject("data");
        json.WriteStartObject(s_kinds[(int)proof.Kind][0]);
        if (proof.Kind == MerkleProofKind.Single)
        {
            json.WriteNode("root", proof.Root);
            json.WriteNode("leaf", proof.Leaf);
            WritePath(json, "path", proof.BasePath);
        }
        else
        {
            WritePath(json, "base_proof", proof.BasePath);
            WritePath(json, "sub_proof", proof.SubPath!);
            if (proof.TopPath is not null)
                WritePath(json, "top_proof", proof.TopPath);
            json.WriteNode("root", proof.Root);
            json.WriteNode("leaf", proof.Leaf);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static MerkleProof MerkleProof(ref this SerdeJsonReader reader, MerkleProofShape shape)
    {
        MerkleProof? proof = null;
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_proof, ref seen, out _))
        {
            var seenKind = 0u;
            reader.StartObject();
            while (reader.NextField(s_kinds[(int)shape.Kind], ref seenKind, out _))
                proof = Data(ref reader, shape);
        }

        return proof!;
    }

    public static Commitment FieldElementNode(ref this SerdeJsonReader reader)
    {
        var node = default(Commitment);
        reader.FieldElement(MemoryMarshal.AsBytes(new Span<Commitment>(ref node)));
        return node;
    }

    public static Commitment[] FieldElementVector(ref this SerdeJsonReader reader, int count)
    {
        var nodes = new Commitment[count];
        reader.FieldElements(MemoryMarshal.AsBytes(nodes.AsSpan()));
        return nodes;
    }

    public static void WriteNode(this Utf8JsonWriter json, string name, Commitment node) =>
        json.WriteByteArray(name, MemoryMarshal.AsBytes(new ReadOnlySpan<Commitment>(ref node)));

    public static void WriteNodeVector(this Utf8JsonWriter json, string name, ReadOnlySpan<Commitment> nodes)
    {
        json.WritePropertyName(name);
        json.WriteNodes(MemoryMarshal.AsBytes(nodes));
    }

    private static MerkleProof Data(ref SerdeJsonReader reader, MerkleProofShape shape)
    {
        Commitment root = default, leaf = default;
        var paths = new MerklePath?[3];
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_data[(int)shape.Kind], ref seen, out var field))
        {
            switch (field)
            {
                case 0:
                    root = reader.FieldElementNode();
                    break;
                case 1:
                    leaf = reader.FieldElementNode();
                    break;
                case 2:
                    paths[0] = Path(ref reader, shape.BaseArity, shape.BaseLevels);
                    break;
                case 3:
                    paths[1] = Path(ref reader, shape.SubArity, 1);
                    break;
                default:
                    paths[2] = Path(ref reader, shape.TopArity, 1);
                    break;
            }
        }

        return new(root, leaf, paths[0]!, paths[1], paths[2]);
    }

    private static MerklePath Path(ref SerdeJsonReader reader, int arity, int levels)
    {
        var steps = new MerklePathElement[levels];
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_path, ref seen, out _))
        {
            reader.StartArray();
            for (var level = 0; level < levels; level++)
            {
                reader.Element(level, levels);
                steps[level] = Step(ref reader, arity);
            }

            reader.EndArray(levels);
        }

        return new(steps);
    }

    private static MerklePathElement Step(ref SerdeJsonReader reader, int arity)
    {
        Commitment[] siblings = [];
        var index = 0;
        var seen = 0u;
        reader.StartObject();
        while (reader.NextField(s_step, ref seen, out var field))
        {
            if (field == 0)
                siblings = reader.FieldElementVector(arity - 1);
            else
                index = (int)reader.UInt64Below((ulong)arity);
        }

        return new(siblings, index);
    }

    private static void WritePath(Utf8JsonWriter json, string name, MerklePath path)
    {
        json.WriteStartObject(name);
        json.WriteStartArray("path");
        foreach (var step in path)
        {
            json.WriteStartObject();
            json.WriteNodeVector("hashes", step.Siblings);
            json.WriteNumber("index", step.Index);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
