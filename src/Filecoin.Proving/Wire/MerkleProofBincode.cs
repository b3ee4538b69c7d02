using System.Runtime.InteropServices;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Wire;

/// <summary>Inclusion proofs in bincode (storage-proofs-core <c>merkle/proof.rs</c>).</summary>
internal static class MerkleProofBincode
{
    public static void Write(in this BincodeWriter writer, MerkleProof proof)
    {
        writer.UInt32((uint)proof.Kind);
        if (proof.Kind == MerkleProofKind.Single)
        {
            writer.Node(proof.Root);
            writer.Node(proof.Leaf);
            Write(writer, proof.BasePath);
            return;
        }

        Write(writer, proof.BasePath);
        Write(writer, proof.SubPath!);
        if (proof.TopPath is not null)
            Write(writer, proof.TopPath);
        writer.Node(proof.Root);
        writer.Node(proof.Leaf);
    }

    public static MerkleProof MerkleProof(ref this BincodeReader reader, MerkleProofShape shape, string path)
    {
        reader.Variant((uint)shape.Kind, path);
        if (shape.Kind == MerkleProofKind.Single)
        {
            var root = reader.FieldElement(path + ".root");
            var leaf = reader.FieldElement(path + ".leaf");
            return new(root, leaf, Path(ref reader, shape.BaseArity, shape.BaseLevels, path + ".path"));
        }

        var basePath = Path(ref reader, shape.BaseArity, shape.BaseLevels, path + ".base_proof");
        var subPath = Path(ref reader, shape.SubArity, 1, path + ".sub_proof");
        var topPath = shape.TopArity > 0 ? Path(ref reader, shape.TopArity, 1, path + ".top_proof") : null;
        var compoundRoot = reader.FieldElement(path + ".root");
        return new(compoundRoot, reader.FieldElement(path + ".leaf"), basePath, subPath, topPath);
    }

    public static Commitment FieldElement(ref this BincodeReader reader, string path)
    {
        var node = default(Commitment);
        reader.FieldElements(MemoryMarshal.AsBytes(new Span<Commitment>(ref node)), path);
        return node;
    }

    public static Commitment[] FieldElementVector(ref this BincodeReader reader, int count, string path)
    {
        reader.Length(count, path);
        var nodes = new Commitment[count];
        reader.FieldElements(MemoryMarshal.AsBytes(nodes.AsSpan()), path);
        return nodes;
    }

    public static void Node(in this BincodeWriter writer, Commitment node) =>
        writer.Raw(MemoryMarshal.AsBytes(new ReadOnlySpan<Commitment>(ref node)));

    public static void NodeVector(in this BincodeWriter writer, ReadOnlySpan<Commitment> nodes)
    {
        writer.Length(nodes.Length);
        writer.Raw(MemoryMarshal.AsBytes(nodes));
    }

    private static void Write(in BincodeWriter writer, MerklePath path)
    {
        writer.Length(path.Count);
        foreach (var step in path)
        {
            writer.NodeVector(step.Siblings);
            writer.UInt64((ulong)step.Index);
        }
    }

    private static MerklePath Path(ref BincodeReader reader, int arity, int levels, string path)
    {
        reader.Length(levels, path);
        var steps = new MerklePathElement[levels];
        for (var level = 0; level < levels; level++)
        {
            var siblings = reader.FieldElementVector(arity - 1, path);
            steps[level] = new(siblings, (int)reader.UInt64Below((ulong)arity, path));
        }

        return new(steps);
    }
}
