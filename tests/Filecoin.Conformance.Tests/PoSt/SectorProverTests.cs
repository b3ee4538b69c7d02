using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Conformance.Tests.PoSt;

/// <summary>Vanilla proofs read from the recorded sectors equal the recorded ones.</summary>
public sealed class SectorProverTests
{
    private static readonly Dictionary<ulong, string> SectorNames = GoldenVectors.Sectors.Cast<object[]>().Select(row => (string)row[0])
        .ToDictionary(name => GoldenVectors.Meta(name).Number.Value);

    public static TheoryData<string, PoStKind, ApiVersion> Recordings => PoStRecording.All;

    /// <summary>Every shape, and an updated sector, whose replica and tree are those of the update.</summary>
    public static TheoryData<string> SectorsWithFiles =>
        [.. GoldenVectors.Sectors.Cast<object[]>().Select(row => (string)row[0]).Where(name => name != "8m-v1_1"), "2k-update", "32k-update"];

    [Theory, MemberData(nameof(Recordings))]
    public void Proofs_are_the_recorded_ones(string name, PoStKind kind, ApiVersion version)
    {
        var recording = new PoStRecording(name, kind, version);
        for (var position = 0; position < recording.Inputs.Sectors.Length; position++)
        {
            var sector = recording.Inputs.Sectors[position];
            using var files = GoldenVectors.Extract(SectorNames[sector.Number.Value]);
            var challenges = PoStChallenges.ForSector(recording.Config, recording.Inputs.Randomness, sector.Number, position);
            var proof = SectorProver.Prove(SectorSize.KiB2, new(files.Cache, files.Path("sealed")), sector, challenges.AsSpan());
            Assert.Equal(SectorProofBincode.Write(recording.Proofs[position]), SectorProofBincode.Write(proof));
        }
    }

    [Theory, MemberData(nameof(SectorsWithFiles))]
    public void Sectors_of_every_shape_are_proven_and_readable(string name)
    {
        using var files = GoldenVectors.Extract(name);
        var (size, sector) = Describe(files);
        var replica = new ReplicaFiles(files.Cache, files.Path("sealed"));
        var randomness = PoStRandomness.FromChain(DerivedData.Digest("anchor-post-randomness"));
        foreach (var kind in new[] { PoStKind.Winning, PoStKind.Window })
        {
            var config = PoStConfig.Create(kind, size, ApiVersion.V1_2);
            var challenges = PoStChallenges.ForSector(config, randomness, sector.Number, 0);
            var proof = SectorProver.Prove(size, replica, sector, challenges.AsSpan());
            Assert.True(PoStCheck.Verify(config, randomness, sector, 0, proof, out var fault), fault?.ToString());
            Assert.Equal(SectorProofBincode.Write(proof), SectorProofBincode.Write(SectorProofBincode.Read(SectorProofBincode.Write(proof), config)));
        }

        Assert.Equal(SectorCondition.Readable, SectorReadability.Check(size, replica, sector, randomness).Condition);
    }

    private static (SectorSize Size, PoStSector Sector) Describe(ExtractedSector files)
    {
        var meta = files.Meta;
        return meta.Json.TryGetProperty("comm_r_new", out var commR)
            ? (SectorSize.FromBytes(new FileInfo(files.Path("sealed")).Length), new(new(1), Commitment.Parse(commR.GetString()!)))
            : (meta.Size, new(meta.Number, meta.CommR));
    }
}
