using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Tests.PoRep;

namespace Filecoin.Proving.Tests.PoSt;

public sealed class SectorReadabilityTests : IDisposable
{
    private static readonly PoStRandomness s_randomness = PoStRandomness.FromChain(new byte[32]);

    private readonly TestSector _sector = new(PoRepConfig.For(RegisteredSealProof.StackedDrg4KiBV1_1));

    private PoStSector Public => new(new(7), _sector.Inputs.CommR);

    public void Dispose() => _sector.Dispose();

    [Fact]
    public void A_good_sector_is_readable()
    {
        var verdict = Check();
        Assert.Equal((SectorCondition.Readable, true, (string?)null), (verdict.Condition, verdict.IsReadable, verdict.Reason));
    }

    [Theory]
    [InlineData("p_aux")]
    [InlineData("sc-02-data-tree-r-last-1.dat")]
    [InlineData("../sealed")]
    public void A_missing_or_short_file_is_a_verdict_that_names_it(string file)
    {
        var path = Path.GetFullPath(_sector.Cache(file));
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^32]);
        var verdict = Check();
        Assert.Equal(SectorCondition.WrongLength, verdict.Condition);
        Assert.Contains(Path.GetFileName(path), verdict.Reason, StringComparison.Ordinal);
        File.Delete(path);
        verdict = Check();
        Assert.Equal(SectorCondition.Missing, verdict.Condition);
        Assert.Contains(Path.GetFileName(path), verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sc-02-data-tree-r-last-0.dat")]
    [InlineData("../sealed")]
    public void Bytes_that_do_not_lead_to_CommR_are_damage(string file)
    {
        var path = _sector.Cache(file);
        var bytes = File.ReadAllBytes(path);
        for (var i = 0; i < bytes.Length; i += 32)
            bytes[i] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(SectorCondition.Damaged, Check().Condition);
        Array.Fill(bytes, (byte)0xff);
        File.WriteAllBytes(path, bytes);
        Assert.Equal(SectorCondition.Damaged, Check().Condition);
    }

    [Fact]
    public void Aux_of_another_replica_is_told_from_damage()
    {
        var path = _sector.Cache("p_aux");
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(0, 32).Reverse();
        bytes[31] = 0;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(SectorCondition.OtherSector, Check().Condition);
        Array.Fill(bytes, (byte)0xff);
        File.WriteAllBytes(path, bytes);
        Assert.Equal(SectorCondition.Damaged, Check().Condition);
    }

    [Fact]
    public void A_directory_in_place_of_a_file_is_a_verdict()
    {
        File.Delete(_sector.Files.SealedPath);
        Directory.CreateDirectory(_sector.Files.SealedPath);
        Assert.False(Check().IsReadable);
    }

    [Fact]
    public void Cancellation_is_no_verdict() =>
        Assert.ThrowsAny<OperationCanceledException>(() =>
            SectorReadability.Check(SectorSize.KiB4, _sector.Files, Public, s_randomness, cancellation: new CancellationToken(canceled: true)));

    [Fact]
    public void A_proof_of_a_challenge_outside_the_sector_is_the_callers_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SectorProver.Prove(SectorSize.KiB4, _sector.Files, Public, [128ul]));

    /// <summary>A proof with any part of another sector's fails in that part.</summary>
    [Fact]
    public void A_proof_fails_where_it_is_wrong()
    {
        var config = PoStConfig.Create(PoStKind.Window, SectorSize.KiB4, ApiVersion.V1_2);
        var challenges = PoStChallenges.ForSector(config, s_randomness, Public.Number, 0);
        var proof = SectorProver.Prove(SectorSize.KiB4, _sector.Files, Public, challenges.AsSpan());
        Assert.True(PoStCheck.Verify(config, s_randomness, Public, 0, proof, out var fault), fault?.ToString());
        Fails(PoStProofPart.Sector, proof with { Sector = new(8) });
        Fails(PoStProofPart.CommR, proof with { CommR = proof.CommC });
        Fails(PoStProofPart.CommR, proof with { CommC = proof.CommRLast });
        Fails(PoStProofPart.CommR, proof with { CommRLast = proof.CommC });
        Fails(PoStProofPart.Shape, proof with { Inclusions = proof.Inclusions.RemoveAt(0) });
        Fails(PoStProofPart.Challenge, proof with { Inclusions = proof.Inclusions.SetItem(1, proof.Inclusions[0]) });
        var first = proof.Inclusions[0];
        Fails(PoStProofPart.CommRLast, proof with { Inclusions = proof.Inclusions.SetItem(0, new(proof.CommC, first.Leaf, first.BasePath, first.SubPath)) });
        Fails(PoStProofPart.Inclusion, proof with { Inclusions = proof.Inclusions.SetItem(0, new(first.Root, proof.CommC, first.BasePath, first.SubPath)) });
        Fails(PoStProofPart.Shape, proof with { Inclusions = proof.Inclusions.SetItem(0, new(first.Root, first.Leaf, first.BasePath)) });

        void Fails(PoStProofPart part, SectorProof wrong)
        {
            Assert.False(PoStCheck.Verify(config, s_randomness, Public, 0, wrong, out var found));
            Assert.Equal(part, found.Part);
        }
    }

    private SectorReadability Check() => SectorReadability.Check(SectorSize.KiB4, _sector.Files, Public, s_randomness, challenges: 10);
}
