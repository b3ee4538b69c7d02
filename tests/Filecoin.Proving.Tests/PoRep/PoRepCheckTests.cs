using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Tests.PoRep;

/// <summary>Each part of a proof, replaced by a well-formed other one, fails in that part.</summary>
public sealed class PoRepCheckTests : IDisposable
{
    private readonly TestSector _sector = new(PoRepConfig.For(RegisteredSealProof.StackedDrg4KiBV1_1));
    private readonly SealCommitPhase1Output _output;

    public PoRepCheckTests() => _output = _sector.Prove();

    private ChallengeProof First => _output.VanillaProofs[0][0];

    private ChallengeProof Second => _output.VanillaProofs[0][1];

    public void Dispose() => _sector.Dispose();

    [Fact]
    public void The_proof_itself_verifies() => Assert.True(_sector.Verify(_output.VanillaProofs, out var fault), fault?.ToString());

    [Fact]
    public void Parts_of_another_challenge_fail()
    {
        Fails(PoRepProofPart.Data, First with { Data = Second.Data });
        Fails(PoRepProofPart.Replica, First with { Replica = Second.Replica });
        Fails(PoRepProofPart.Column, First with { Column = Second.Column });
        Fails(PoRepProofPart.BaseParents, First with { BaseParents = First.BaseParents.SetItem(1, Second.Column) });
        Fails(PoRepProofPart.ExpanderParents, First with { ExpanderParents = First.ExpanderParents.SetItem(7, Second.Column) });
        Fails(PoRepProofPart.Labeling, First with { Labelings = [First.Labelings[1], First.Labelings[0]] });
        Fails(PoRepProofPart.Labeling, First with { Labelings = First.Labelings.SetItem(0, Second.Labelings[0]) });
        Fails(PoRepProofPart.Encoding, First with { Encoding = Second.Encoding });
        Fails(PoRepProofPart.Encoding, First with { Encoding = First.Labelings[0] });
        Fails(PoRepProofPart.Data, Second);
    }

    [Fact]
    public void Missing_parts_fail()
    {
        Fails(PoRepProofPart.Shape, First with { BaseParents = First.BaseParents.RemoveAt(5) });
        Fails(PoRepProofPart.Shape, First with { ExpanderParents = First.ExpanderParents.Add(First.Column) });
        Fails(PoRepProofPart.Shape, First with { Labelings = First.Labelings.RemoveAt(1) });
        Fails(PoRepProofPart.Shape, First with { Column = new(First.Node, First.Column.Rows[..1], First.Column.Inclusion) });
        Fails(PoRepProofPart.Shape, First with { Replica = new(First.Replica.Root, First.Replica.Leaf, First.Replica.BasePath) });
        Assert.False(_sector.Verify([], out var fault));
        Assert.Equal(PoRepProofPart.Shape, fault!.Part);
        Assert.False(_sector.Verify([[First]], out fault));
        Assert.Equal(PoRepProofPart.Shape, fault!.Part);
    }

    /// <summary>What the official vanilla check takes at its word: the paths of data and replica, and the parents of a label.</summary>
    [Fact]
    public void Paths_and_parents_are_bound_as_the_circuit_binds_them()
    {
        Fails(PoRepProofPart.Data, First with { Data = WithOtherSibling(First.Data) });
        Fails(PoRepProofPart.Replica, First with { Replica = WithOtherSibling(First.Replica) });
        Fails(PoRepProofPart.Column, First with { Column = new(First.Node, First.Column.Rows, WithOtherSibling(First.Column.Inclusion)) });
        var forged = First.Labelings[0].Parents.ToArray();
        forged[36] = _sector.Inputs.CommD;
        Fails(PoRepProofPart.Labeling, First with { Labelings = First.Labelings.SetItem(0, new LabelingProof(1, First.Node, forged)) });
    }

    [Fact]
    public void A_column_with_another_label_fails()
    {
        var rows = First.Column.Rows.ToArray();
        rows[0] = rows[1];
        Fails(PoRepProofPart.Column, First with { Column = new(First.Node, rows, First.Column.Inclusion) });
    }

    [Fact]
    public void Roots_of_another_sector_fail()
    {
        using var other = new TestSector(_sector.Config, "other");
        var proof = other.Prove().VanillaProofs[0][0];
        Fails(PoRepProofPart.CommR, proof);
        Assert.False(_sector.Verify([[First, proof]], out var fault));
        Assert.Equal((PoRepProofPart.CommC, 1), (fault!.Part, fault.Challenge));
        Assert.False(_sector.Verify([[First, Second with { Replica = proof.Replica }]], out fault));
        Assert.Equal(PoRepProofPart.CommRLast, fault!.Part);
    }

    [Fact]
    public void Bytes_that_are_no_field_element_fail()
    {
        var max = Commitment.FromBytes(Enumerable.Repeat((byte)0xff, 32).ToArray());
        Fails(PoRepProofPart.Shape, First with { Replica = new(First.Replica.Root, max, First.Replica.BasePath, First.Replica.SubPath) });
        Fails(PoRepProofPart.CommR, First with { Replica = new(max, First.Replica.Leaf, First.Replica.BasePath, First.Replica.SubPath) });
        Fails(PoRepProofPart.Shape, First with { BaseParents = First.BaseParents.SetItem(0, new(First.BaseParents[0].Node, [max, max], First.BaseParents[0].Inclusion)) });
    }

    private static MerkleProof WithOtherSibling(MerkleProof proof)
    {
        var step = proof.BasePath[0];
        var siblings = step.Siblings.ToArray();
        siblings[^1] = proof.Leaf == siblings[^1] ? proof.Root : proof.Leaf;
        return new(proof.Root, proof.Leaf, new MerklePath([new(siblings, step.Index), .. proof.BasePath.Skip(1)]), proof.SubPath, proof.TopPath);
    }

    private void Fails(PoRepProofPart part, ChallengeProof proof)
    {
        Assert.False(_sector.Verify([[proof, Second]], out var fault));
        Assert.Equal((part, 0, 0), (fault!.Part, fault.Partition, fault.Challenge));
    }
}
