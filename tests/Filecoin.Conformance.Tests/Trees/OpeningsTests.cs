using System.Text.Json;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Conformance.Tests.Trees;

/// <summary>Merkle proofs opened from recorded tree files are those of the recorded C1 output: one, two or three storeys of trees.</summary>
public sealed class OpeningsTests
{
    [Theory]
    [InlineData("2k-v1_1", MerkleProofKind.Single)]
    [InlineData("4k-v1_1", MerkleProofKind.Sub)]
    [InlineData("16k-v1_1", MerkleProofKind.Sub)]
    [InlineData("32k-v1_1", MerkleProofKind.Top)]
    public void Openings_are_those_of_the_recorded_vanilla_proofs(string name, MerkleProofKind kind)
    {
        using var sector = GoldenVectors.Extract(name);
        var shape = sector.Meta.Config.Tree;
        using var work = new WorkDirectory();
        TreeD.Build(work.Path, shape.SectorSize, sector.Path("staged"));
        using var treeD = SectorTree.OpenTreeD(work.Path, shape.SectorSize);
        using var treeR = SectorTree.OpenTreeR(sector.Cache, sector.Path("sealed"), shape);
        using var treeC = HasTreeC(sector, shape) ? SectorTree.OpenTreeC(sector.Cache, shape) : null;

        using var c1 = JsonDocument.Parse(File.ReadAllBytes(sector.Path("c1.json")));
        var challenges = 0;
        foreach (var proof in c1.RootElement.GetProperty("vanilla_proofs").EnumerateArray().SelectMany(p => p.EnumerateArray()))
        {
            AssertOpens(treeD, proof.GetProperty("comm_d_proofs"), MerkleProofKind.Single);
            AssertOpens(treeR, proof.GetProperty("comm_r_last_proof"), kind);
            var columns = proof.GetProperty("replica_column_proofs");
            foreach (var column in columns.GetProperty("drg_parents").EnumerateArray().Append(columns.GetProperty("c_x")))
            {
                if (treeC is not null) AssertOpens(treeC, column.GetProperty("inclusion_proof"), kind);
            }

            challenges++;
        }

        Assert.Equal(sector.Meta.Config.ChallengesPerPartition, challenges);
    }

    private static bool HasTreeC(ExtractedSector sector, TreeShape shape) =>
        File.Exists(CacheFiles.TreeC(sector.Cache, 0, shape.SubTreeCount));

    private static void AssertOpens(SectorTree tree, JsonElement recorded, MerkleProofKind kind)
    {
        var expected = Read(recorded);
        Assert.Equal(kind, expected.Kind);
        Assert.True(expected.Verify(tree.Hasher));
        var opened = tree.Open(expected.LeafIndex);
        Assert.Equal(expected, opened);
        Assert.Equal(expected.Leaf, tree.ReadLeaf(expected.LeafIndex));
        Assert.True(opened.Verify(tree.Hasher, expected.LeafIndex));
        Assert.False(opened.Verify(tree.Hasher, expected.LeafIndex ^ 1));
    }

    private static MerkleProof Read(JsonElement json)
    {
        var data = json.GetProperty("data");
        if (data.TryGetProperty("Single", out var single))
            return new MerkleProof(Node(single.GetProperty("root")), Node(single.GetProperty("leaf")), PathOf(single.GetProperty("path")));
        var compound = data.TryGetProperty("Sub", out var sub) ? sub : data.GetProperty("Top");
        return new MerkleProof(Node(compound.GetProperty("root")), Node(compound.GetProperty("leaf")),
            PathOf(compound.GetProperty("base_proof")), PathOf(compound.GetProperty("sub_proof")),
            compound.TryGetProperty("top_proof", out var top) ? PathOf(top) : null);
    }

    private static MerklePath PathOf(JsonElement json) => new([.. json.GetProperty("path").EnumerateArray().Select(step =>
        new MerklePathElement([.. step.GetProperty("hashes").EnumerateArray().Select(Node)], step.GetProperty("index").GetInt32()))]);

    private static Commitment Node(JsonElement bytes) => Commitment.FromBytes([.. bytes.EnumerateArray().Select(b => b.GetByte())]);
}
