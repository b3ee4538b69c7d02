using System.Text;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Wire;

namespace Filecoin.Conformance.Tests.PoRep;

public sealed class PreCommitPhase1JsonTests
{
    public static TheoryData<string> Sectors => GoldenVectors.Sectors;

    [Theory, MemberData(nameof(Sectors))]
    public void The_recorded_document_is_read_and_made_again(string name)
    {
        var meta = GoldenVectors.Meta(name);
        var recorded = GoldenVectors.SectorFile(name, "pc1.json");
        var read = SealPreCommitPhase1Json.Read(recorded, meta.Config);
        Assert.Equal(meta.CommD, read.CommD);
        Assert.Equal(Encoding.UTF8.GetString(recorded).TrimEnd(), Write(read));
        Assert.Equal(Encoding.UTF8.GetString(recorded).TrimEnd(), Write(SealPreCommitPhase1Output.For(meta.Config, $"sectors/{name}/cache", meta.CommD)));
    }

    /// <summary>The form that Curio builds for filecoin-proofs-api (its <c>makePhase1Out</c>).</summary>
    [Fact]
    public void The_API_form_names_proof_and_size()
    {
        var config = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1);
        var output = SealPreCommitPhase1Output.For(config, "/placeholder", default);
        using var stream = new MemoryStream();
        SealPreCommitPhase1Json.WriteForApi(stream, output, config);
        var text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.StartsWith(
            """{"registered_proof":"StackedDrg2KiBV1_1","labels":{"StackedDrg2KiBV1":{"labels":[{"path":"/placeholder","id":"layer-1","size":64,"rows_to_discard":0},""",
            text, StringComparison.Ordinal);
        var read = SealPreCommitPhase1Json.Read(stream.ToArray(), config);
        Assert.Equal(output.Labels.AsEnumerable(), read.Labels);
        Assert.Equal((output.TreeD, output.CommD), (read.TreeD, read.CommD));
        Assert.Throws<WireFormatException>(() => SealPreCommitPhase1Json.Read(
            stream.ToArray(), PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1)));
        foreach (var cut in Enumerable.Range(0, text.Length - 1))
            Assert.Throws<WireFormatException>(() => SealPreCommitPhase1Json.Read(Encoding.UTF8.GetBytes(text[..cut]), config));
    }

    private static string Write(SealPreCommitPhase1Output output)
    {
        using var stream = new MemoryStream();
        SealPreCommitPhase1Json.Write(stream, output);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
