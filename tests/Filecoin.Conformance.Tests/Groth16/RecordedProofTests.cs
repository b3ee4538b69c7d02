using Filecoin.Conformance.Tests.PoSt;
using Filecoin.Native.Curves;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Tests.Shared.Groth16;

namespace Filecoin.Conformance.Tests.Groth16;

/// <summary>Proofs that the official implementation made verify under its keys, and nothing near them does.</summary>
public sealed class RecordedProofTests(RecordedKeys keys) : IClassFixture<RecordedKeys>
{
    public static TheoryData<string> ProvenSectors => ["2k-v1_0", "2k-v1_1", "2k-v1_1-cc", "2k-v1_1-pieces", "2k-v1_2-synth"];

    public static TheoryData<string, PoStKind, ApiVersion> Recordings => PoStRecording.All;

    [Theory, MemberData(nameof(ProvenSectors))]
    public void A_recorded_seal_proof_verifies_for_its_sector_alone(string sector)
    {
        var meta = GoldenVectors.Meta(sector);
        var info = Info(meta);
        var proof = GoldenVectors.SectorFile(sector, "proof.bin");
        var verifier = new SealVerifier(keys.Store);

        Assert.True(verifier.Verify(meta.Config, info, proof));
        Assert.False(verifier.Verify(meta.Config, info with { CommR = info.CommD }, proof));
        Assert.False(verifier.Verify(meta.Config, info with { Seed = Seed.FromBytes(new byte[32]) }, proof));
        Assert.False(verifier.Verify(meta.Config, info with { Ticket = Ticket.FromBytes(new byte[32]) }, proof));
        Assert.False(verifier.Verify(meta.Config, info with { Number = new SectorNumber(info.Number.Value + 1) }, proof));
    }

    [Theory, MemberData(nameof(Recordings))]
    public void A_recorded_PoSt_verifies_for_its_randomness_alone(string name, PoStKind kind, ApiVersion version)
    {
        var recording = new PoStRecording(name, kind, version);
        var proof = Convert.FromHexString(recording.Json.GetProperty("proof").GetString()!);
        var verifier = new PoStVerifier(keys.Store);

        Assert.True(verifier.Verify(recording.Config, recording.Inputs, proof));
        var other = new PoStPublicInputs(PoStRandomness.FromChain(new byte[32]), recording.Inputs.Sectors);
        Assert.False(verifier.Verify(recording.Config, other, proof));
        // A bit of each point of each partition.
        for (int at = 40; at < proof.Length; at += 48)
        {
            proof[at] ^= 4;
            try
            {
                Assert.False(verifier.Verify(recording.Config, recording.Inputs, proof));
            }
            catch (MalformedProofException)
            {
                // No longer a point of the group.
            }
            proof[at] ^= 4;
        }
    }

    [Fact]
    public void Every_published_seal_proof_is_read_and_written_as_it_is()
    {
        var records = GoldenVectors.JsonLines("official/seal_regression_records-v18.json").ToArray();
        Assert.Equal(113, records.Length);
        var aggregates = 0;
        foreach (var record in records)
        {
            var partitions = record.GetProperty("porep_config").GetProperty("partitions").GetInt32();
            byte[] bytes = [.. record.GetProperty("proof").EnumerateArray().Select(b => b.GetByte())];
            if (bytes.Length != partitions * Groth16Proof.Size)
            {
                aggregates++;
                Assert.Throws<MalformedProofException>(() => Groth16Proof.ReadMany(bytes));
                continue;
            }
            var proofs = Groth16Proof.ReadMany(bytes);
            Assert.Equal(partitions, proofs.Length);
            Assert.Equal(bytes, Groth16Proof.WriteMany(proofs));
        }
        Assert.Equal(24, aggregates);
    }

    [Fact]
    public void A_batch_holds_only_if_every_proof_does()
    {
        var config = GoldenVectors.Meta("2k-v1_1").Config;
        var claims = new[] { "2k-v1_1", "2k-v1_1-cc", "2k-v1_1-pieces" }.Select(
            sector => new SealProofClaim(Info(GoldenVectors.Meta(sector)), GoldenVectors.SectorFile(sector, "proof.bin"))).ToArray();
        var verifier = new SealVerifier(keys.Store);

        Assert.True(verifier.VerifyBatch(config, claims));
        (claims[1], claims[2]) = (claims[1] with { Proof = claims[2].Proof }, claims[2] with { Proof = claims[1].Proof });
        Assert.False(verifier.VerifyBatch(config, claims));
    }

    [Fact]
    public void A_flipped_bit_anywhere_spoils_a_proof()
    {
        var config = GoldenVectors.Meta("2k-v1_1").Config;
        var info = Info(GoldenVectors.Meta("2k-v1_1"));
        var proof = GoldenVectors.SectorFile("2k-v1_1", "proof.bin");
        var verifier = new SealVerifier(keys.Store);
        // Every byte, each with another of its bits: flags, high and low coordinate bytes of all three points.
        for (int at = 0; at < proof.Length; at++)
        {
            var spoiled = (byte[])proof.Clone();
            spoiled[at] ^= (byte)(1 << (at % 8));
            try
            {
                Assert.False(verifier.Verify(config, info, spoiled));
            }
            catch (MalformedProofException)
            {
                // No longer a point of the group: refused before any pairing.
            }
        }
    }

    [Fact]
    public void A_point_outside_the_subgroup_is_no_proof()
    {
        var proof = GoldenVectors.SectorFile("2k-v1_1", "proof.bin");
        var outside = StrayPoint.OutsideSubgroup();
        outside.CopyTo(proof, 0);
        var error = Assert.Throws<MalformedProofException>(() => Groth16Proof.Read(proof));
        Assert.Equal(PointDecodingError.NotInSubgroup, Assert.IsType<PointDecodingException>(error.InnerException).Error);
    }

    [Fact]
    public void The_key_reads_and_writes_the_recorded_bytes()
    {
        foreach (var file in Directory.GetFiles(GoldenVectors.PathOf("keys"), "*.vk"))
            Assert.Equal(File.ReadAllBytes(file), VerifyingKey.ReadFile(file).ToBytes());
    }

    private static SealVerifyInfo Info(SectorMeta meta) => new(meta.ProverId, meta.Number, meta.Ticket, meta.Seed, meta.CommD, meta.CommR);
}
