using Filecoin.Native.Fields;
using Filecoin.Proving.PoRep;

namespace Filecoin.Conformance.Tests.PoRep;

/// <summary>The recorded C1 outputs of every shape, version and feature: read, checked, and written again byte for byte.</summary>
public sealed class VanillaProofTests
{
    public static TheoryData<string> Sectors => GoldenVectors.Sectors;

    [Theory, MemberData(nameof(Sectors))]
    public void C1_json_is_read_and_written_byte_for_byte(string sector)
    {
        var recorded = GoldenVectors.SectorFile(sector, "c1.json");
        var output = SealCommitPhase1Json.Read(recorded, GoldenVectors.Meta(sector).Config);
        using var written = new MemoryStream();
        SealCommitPhase1Json.Write(written, output);
        Assert.True(recorded.AsSpan().SequenceEqual(written.ToArray()));
    }

    [Theory, MemberData(nameof(Sectors))]
    public void Recorded_proofs_verify(string sector)
    {
        var meta = GoldenVectors.Meta(sector);
        var output = SealCommitPhase1Json.Read(GoldenVectors.SectorFile(sector, "c1.json"), meta.Config);
        Assert.Equal((meta.CommR, meta.CommD, meta.ReplicaId), (output.CommR, output.CommD, output.ReplicaId));
        Assert.True(PoRepCheck.Verify(meta.Config, output.PublicInputs, output.VanillaProofs, out var fault), fault?.ToString());
    }

    [Theory, MemberData(nameof(Sectors))]
    public void Challenges_are_those_of_the_recorded_proofs(string sector)
    {
        var meta = GoldenVectors.Meta(sector);
        var output = SealCommitPhase1Json.Read(GoldenVectors.SectorFile(sector, "c1.json"), meta.Config);
        Assert.Equal(meta.Json.GetProperty("vanilla_partitions").GetInt32(), output.VanillaProofs.Length);
        for (var k = 0; k < output.VanillaProofs.Length; k++)
            Assert.Equal(output.VanillaProofs[k].Select(proof => proof.Node), PoRepChallenges.ForPartition(meta.Config, output.PublicInputs, k));
    }

    [Theory, MemberData(nameof(Sectors))]
    public void Public_inputs_of_the_circuit_are_the_recorded_ones(string sector)
    {
        var meta = GoldenVectors.Meta(sector);
        if (!meta.Json.TryGetProperty("public_inputs", out var recorded))
            return;
        var inputs = new PoRepPublicInputs(meta.ReplicaId, meta.CommD, meta.CommR, meta.Seed);
        var partitions = recorded.EnumerateArray().ToArray();
        Assert.Equal(meta.Config.Partitions, partitions.Length);
        for (var k = 0; k < partitions.Length; k++)
        {
            var found = inputs.ForCircuit(meta.Config, k).Select(input =>
            {
                var bytes = new byte[Fr.Size];
                input.Write(bytes);
                return Convert.ToHexStringLower(bytes);
            });
            Assert.Equal(partitions[k].EnumerateArray().Select(e => e.GetString()!), found);
        }
    }
}
