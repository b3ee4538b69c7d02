using System.Text;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.Tests.PoRep;

public sealed class SealCommitPhase1Tests
{
    public static TheoryData<string, ApiVersion, PoRepFeature> Kinds => new()
    {
        { "2KiB", ApiVersion.V1_0, PoRepFeature.None },
        { "4KiB", ApiVersion.V1_2, PoRepFeature.Synthetic },
        { "16KiB", ApiVersion.V1_2, PoRepFeature.NonInteractive },
        { "32KiB", ApiVersion.V1_1, PoRepFeature.None },
        { "2KiB", ApiVersion.V1_2, PoRepFeature.NonInteractive },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Proofs_verify_and_survive_both_formats(string size, ApiVersion version, PoRepFeature feature)
    {
        using var sector = new TestSector(PoRepConfig.Create(SectorSize.Parse(size), version, feature));
        var output = sector.Prove();
        Assert.True(sector.Verify(output.VanillaProofs, out var fault), fault?.ToString());

        var json = Written(s => SealCommitPhase1Json.Write(s, output));
        Assert.Equal(json, Written(s => SealCommitPhase1Json.Write(s, SealCommitPhase1Json.Read(new MemoryStream(json), sector.Config))));
        var bincode = Written(s => SealCommitPhase1Bincode.Write(s, output));
        Assert.Equal(new VanillaProofShape(sector.Config).BincodeLength, bincode.Length);
        Assert.Equal(json, Written(s => SealCommitPhase1Json.Write(s, SealCommitPhase1Bincode.Read(new MemoryStream(bincode), sector.Config))));
    }

    [Fact]
    public void The_api_form_names_proof_and_size_around_the_same_content()
    {
        var config = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_2_Feat_NiPoRep);
        using var sector = new TestSector(config);
        var output = sector.Prove();
        var bare = Encoding.UTF8.GetString(Written(s => SealCommitPhase1Json.Write(s, output)));
        var api = Written(s => SealCommitPhase1Json.WriteForApi(s, output, config));
        var expected = bare.Replace("{\"vanilla_proofs\":[[", "{\"registered_proof\":\"StackedDrg2KiBV1_2_Feat_NonInteractivePoRep\",\"vanilla_proofs\":{\"StackedDrg2KiBV1\":[[", StringComparison.Ordinal)
            .Replace("]],\"comm_r\":", "]]},\"comm_r\":", StringComparison.Ordinal);
        Assert.Equal(expected, Encoding.UTF8.GetString(api));
        Assert.Equal(bare, Encoding.UTF8.GetString(Written(s => SealCommitPhase1Json.Write(s, SealCommitPhase1Json.Read(api, config)))));

        var synthetic = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1_Feat_SyntheticPoRep);
        Assert.Throws<WireFormatException>(() => SealCommitPhase1Json.Read(api, synthetic));
        Assert.Throws<ArgumentException>(() => SealCommitPhase1Json.WriteForApi(Stream.Null, output, PoRepConfig.For(RegisteredSealProof.StackedDrg4KiBV1_1)));
    }

    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1, "StackedDrg32GiBV1")]
    [InlineData(RegisteredSealProof.StackedDrg64GiBV1_1, "StackedDrg64GiBV1_1")]
    [InlineData(RegisteredSealProof.StackedDrg512MiBV1_1_Feat_SyntheticPoRep, "StackedDrg512MiBV1_1_Feat_SyntheticPoRep")]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_2_Feat_NiPoRep, "StackedDrg8MiBV1_2_Feat_NonInteractivePoRep")]
    public void Api_names_of_registered_proofs(RegisteredSealProof proof, string name) =>
        Assert.Equal(name, ApiNames.RegisteredProof(PoRepConfig.For(proof)));

    [Theory]
    [InlineData("sc-02-data-tree-d.dat")]
    [InlineData("sc-02-data-tree-c-0.dat")]
    [InlineData("sc-02-data-tree-c-1.dat")]
    [InlineData("sc-02-data-tree-r-last-0.dat")]
    [InlineData("sc-02-data-tree-r-last-1.dat")]
    [InlineData("sc-02-data-layer-1.dat")]
    [InlineData("sc-02-data-layer-2.dat")]
    [InlineData("p_aux")]
    [InlineData("../sealed")]
    public void A_missing_short_or_damaged_file_is_named(string file)
    {
        using var sector = new TestSector(PoRepConfig.Create(SectorSize.KiB4, ApiVersion.V1_2, PoRepFeature.NonInteractive));
        var path = Path.GetFullPath(sector.Cache(file));
        var whole = File.ReadAllBytes(path);

        File.WriteAllBytes(path, whole[..^1]);
        var error = Assert.ThrowsAny<SectorFileException>(() => sector.Prove());
        Assert.Equal(path, Path.GetFullPath(error.Path));

        // 26 challenges reach every part of so small a sector; a flipped bit anywhere shows.
        for (var offset = 5; offset < whole.Length; offset += Math.Max(32, whole.Length / 3))
        {
            var damaged = (byte[])whole.Clone();
            damaged[offset] ^= 4;
            File.WriteAllBytes(path, damaged);
            var thrown = Record.Exception(() => sector.Prove());
            Assert.True(
                thrown is SectorFileException or VanillaProofException || Untouched(sector, thrown), $"{file} at {offset}: {thrown}");
        }

        File.Delete(path);
        error = Assert.ThrowsAny<SectorFileException>(() => sector.Prove());
        Assert.Equal((SectorFileFault.Missing, path), (error.Fault, Path.GetFullPath(error.Path)));
    }

    [Fact]
    public void Another_replica_id_or_commitment_is_refused()
    {
        using var sector = new TestSector(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));
        var other = sector.Inputs with { CommD = sector.Inputs.CommR };
        Assert.Equal(SectorFileFault.OtherSector, Assert.Throws<SectorFileException>(() => Prove(other)).Fault);
        other = sector.Inputs with { CommR = sector.Inputs.CommD };
        Assert.Equal(SectorFileFault.OtherSector, Assert.Throws<SectorFileException>(() => Prove(other)).Fault);
        other = sector.Inputs with { ReplicaId = ReplicaId.FromBytes(sector.Inputs.CommD.Span) };
        Assert.Equal(PoRepProofPart.Labeling, Assert.Throws<VanillaProofException>(() => Prove(other)).Fault.Part);

        SealCommitPhase1Output Prove(PoRepPublicInputs inputs) => SealCommitPhase1.Prove(sector.Config, sector.Files, inputs, sector.Ticket);
    }

    [Fact]
    public void Stored_synthetic_proofs_are_checked_before_use()
    {
        using var sector = new TestSector(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1_Feat_SyntheticPoRep));
        var output = sector.Prove();
        var path = sector.Cache(CacheFiles.SyntheticProofs);
        var whole = File.ReadAllBytes(path);
        Assert.Equal(SyntheticProofs.FileLength(sector.Config), whole.Length);

        var set = PoRepChallenges.Synthetic(sector.Config, sector.Inputs.ReplicaId, sector.Inputs.CommR);
        var record = (whole.Length - 96) / set.Length;
        var used = PoRepChallenges.SyntheticSet(sector.Config, sector.Inputs.ReplicaId, sector.Inputs.CommR).Select(sector.Inputs.Seed, 0, 2)[1];
        for (var at = 0; at < record; at += 97)
        {
            var damaged = (byte[])whole.Clone();
            damaged[96 + (used * record) + at] ^= 1;
            File.WriteAllBytes(path, damaged);
            var thrown = Record.Exception(() => SealCommitPhase1.Prove(sector.Config, sector.Files, sector.Inputs, sector.Ticket));
            Assert.True(thrown is SectorFileException or VanillaProofException, $"byte {at}: {thrown}");
        }

        File.WriteAllBytes(path, whole[..^1]);
        Assert.Equal(SectorFileFault.Length, Assert.Throws<SectorFileException>(() => SealCommitPhase1.Prove(sector.Config, sector.Files, sector.Inputs, sector.Ticket)).Fault);
        Assert.Equal(2, output.VanillaProofs[0].Length);
    }

    [Fact]
    public void A_cancelled_generation_leaves_no_file()
    {
        using var sector = new TestSector(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1_Feat_SyntheticPoRep));
        using var source = new CancellationTokenSource();
        var progress = new CancelAt(5, source);
        Assert.ThrowsAny<OperationCanceledException>(() => SyntheticProofs.Generate(sector.Config, sector.Files, sector.Inputs, 1, progress, source.Token));
        Assert.Empty(Directory.GetFiles(sector.Files.CacheDirectory, "syn-porep*"));
        SyntheticProofs.Generate(sector.Config, sector.Files, sector.Inputs);
        Assert.True(File.Exists(sector.Cache(CacheFiles.SyntheticProofs)));
    }

    internal static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    /// <summary>Whether a proof was made from files of which none of the damaged bytes were read: it then verifies.</summary>
    private static bool Untouched(TestSector sector, Exception? thrown) =>
        thrown is null && sector.Verify(sector.Prove().VanillaProofs, out _);

    private sealed class CancelAt(long count, CancellationTokenSource source) : IProgress<long>
    {
        public void Report(long value)
        {
            if (value >= count)
                source.Cancel();
        }
    }
}
