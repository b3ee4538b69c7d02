using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Tests.Sectors;

public class SectorTableTests
{
    [Fact]
    public void Every_registered_seal_proof_has_one_configuration_and_finds_its_way_back()
    {
        var proofs = Enum.GetValues<RegisteredSealProof>();
        Assert.Equal(40, proofs.Length);
        foreach (var proof in proofs)
        {
            var config = PoRepConfig.For(proof);
            Assert.Equal(proof, config.RegisteredProof);
            Assert.Equal(config, PoRepConfig.Create(config.SectorSize, config.ApiVersion, config.Feature));
            Assert.Contains(config.SectorSize.ToString(), proof.ToString(), StringComparison.Ordinal);
            Assert.Equal(config.SectorSize.IsRegistered, (long)proof < 20);
        }
    }

    [Fact]
    public void Every_registered_post_proof_has_one_configuration_and_finds_its_way_back()
    {
        var proofs = Enum.GetValues<RegisteredPoStProof>();
        Assert.Equal(30, proofs.Length);
        foreach (var proof in proofs)
        {
            var config = PoStConfig.For(proof);
            Assert.Equal(proof, config.RegisteredProof);
            Assert.Equal(config, PoStConfig.Create(config.Kind, config.SectorSize, config.ApiVersion));
            Assert.Contains($"{config.Kind}{config.SectorSize}", proof.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1_1, 8, 10, 18, 11, 1920)]
    [InlineData(RegisteredSealProof.StackedDrg64GiBV1, 4, 10, 18, 11, 1920)]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1_2_Feat_NiPoRep, 18, 126, 18, 11, 126 * 192)]
    [InlineData(RegisteredSealProof.StackedDrg2KiBV1_1, 5, 1, 2, 2, 192)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_2_Feat_NiPoRep, 16, 13, 2, 2, 13 * 192)]
    [InlineData(RegisteredSealProof.StackedDrg512MiBV1_1_Feat_SyntheticPoRep, 12, 1, 2, 2, 192)]
    public void Numbers_of_the_official_table(RegisteredSealProof proof, int id, int partitions, int challenges, int layers, int bytes)
    {
        var config = PoRepConfig.For(proof);
        Assert.Equal(id, (int)proof);
        Assert.Equal(PorepId.Create((ulong)id), config.PorepId);
        Assert.Equal((partitions, challenges, layers, bytes),
            (config.Partitions, config.ChallengesPerPartition, config.Layers, config.ProofBytes));
    }

    [Theory]
    [InlineData(RegisteredPoStProof.StackedDrgWinning32GiBV1, 3, ApiVersion.V1_0, 1, 66, 66, 1)]
    [InlineData(RegisteredPoStProof.StackedDrgWindow32GiBV1, 8, ApiVersion.V1_0, 2349, 10, 2349, 10)]
    [InlineData(RegisteredPoStProof.StackedDrgWindow64GiBV1_1, 14, ApiVersion.V1_2, 2300, 10, 2300, 10)]
    [InlineData(RegisteredPoStProof.StackedDrgWindow2KiBV1_1, 10, ApiVersion.V1_2, 2, 10, 2, 10)]
    public void Numbers_of_the_official_post_table(
        RegisteredPoStProof proof, int id, ApiVersion version, int sectors, int challenges, int circuitSectors, int circuitChallenges)
    {
        var config = PoStConfig.For(proof);
        Assert.Equal(id, (int)proof);
        Assert.Equal((version, sectors, challenges), (config.ApiVersion, config.SectorsPerPartition, config.ChallengesPerSector));
        Assert.Equal((circuitSectors, circuitChallenges), (config.CircuitSectors, config.CircuitChallenges));
    }

    [Theory]
    [InlineData("2KiB", 0, 0, 1, 64, 1, 2)]
    [InlineData("4KiB", 2, 0, 2, 64, 1, 3)]
    [InlineData("16KiB", 8, 0, 8, 64, 1, 3)]
    [InlineData("32KiB", 8, 2, 16, 64, 1, 4)]
    [InlineData("8MiB", 0, 0, 1, 262_144, 2, 6)]
    [InlineData("16MiB", 2, 0, 2, 262_144, 2, 7)]
    [InlineData("512MiB", 0, 0, 1, 16_777_216, 2, 8)]
    [InlineData("1GiB", 2, 0, 2, 16_777_216, 2, 9)]
    [InlineData("32GiB", 8, 0, 8, 134_217_728, 2, 10)]
    [InlineData("64GiB", 8, 2, 16, 134_217_728, 2, 11)]
    public void Tree_shapes_cover_the_sector(string size, int sub, int top, int files, long leaves, int discard, int path)
    {
        var shape = TreeShape.For(SectorSize.Parse(size));
        Assert.Equal((sub, top, files, leaves, discard, path),
            (shape.SubTreeArity, shape.TopTreeArity, shape.SubTreeCount, shape.LeavesPerSubTree, shape.RowsToDiscard, shape.PathLength));
        Assert.Equal(shape.SectorSize.Nodes, shape.SubTreeCount * shape.LeavesPerSubTree);
        Assert.Equal(size, shape.SectorSize.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("3KiB")]
    [InlineData("-2KiB")]
    [InlineData("32GB")]
    [InlineData("9223372036854775807GiB")]
    public void A_size_that_no_sector_has_is_refused(string text)
    {
        Assert.False(SectorSize.TryParse(text, out _));
        Assert.Equal(text, Assert.Throws<SectorSizeException>(() => SectorSize.Parse(text)).Found);
    }

    [Fact]
    public void Sizes_read_in_every_spelling()
    {
        Assert.Equal(SectorSize.MiB8, SectorSize.Parse(" 8 mib "));
        Assert.Equal(SectorSize.GiB32, SectorSize.Parse("34359738368"));
        Assert.Equal(32L * 1024 * 1024 * 1024 / 128 * 127, SectorSize.GiB32.UnpaddedBytes);
        Assert.Throws<SectorSizeException>(() => TreeShape.For(default));
    }

    [Fact]
    public void An_unknown_proof_and_a_feature_before_its_version_are_refused()
    {
        Assert.Equal(20, Assert.Throws<RegisteredProofException>(() => PoRepConfig.For((RegisteredSealProof)20)).Found);
        Assert.Throws<RegisteredProofException>(() => PoRepConfig.For((RegisteredSealProof)(-1)));
        Assert.Throws<RegisteredProofException>(() => PoStConfig.For((RegisteredPoStProof)1015));
        Assert.Throws<ArgumentException>(() => PoRepConfig.Create(SectorSize.KiB2, ApiVersion.V1_1, PoRepFeature.Synthetic));
        Assert.Throws<ArgumentOutOfRangeException>(() => PoRepConfig.Create(SectorSize.KiB2, (ApiVersion)3));
    }
}
