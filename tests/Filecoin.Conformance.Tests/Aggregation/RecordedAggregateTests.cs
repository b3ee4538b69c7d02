using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Aggregation;

/// <summary>Official aggregates hold, are made again byte for byte, and hold for nothing else.</summary>
public sealed class RecordedAggregateTests(RecordedAggregate recorded) : IClassFixture<RecordedAggregate>
{
    public static TheoryData<SnarkPackVersion> Versions { get; } = [SnarkPackVersion.V1, SnarkPackVersion.V2];

    [Theory, MemberData(nameof(Versions))]
    public void An_official_aggregate_holds(SnarkPackVersion version) => Assert.True(Verify(version, recorded.Proof(version), recorded.Infos));

    [Theory, MemberData(nameof(Versions))]
    public void Our_aggregate_is_the_official_bytes(SnarkPackVersion version)
    {
        foreach (var threads in (int[])[1, 3])
        {
            var aggregator = new SealAggregator(recorded.Store, new AggregationOptions { DegreeOfParallelism = threads });
            var bytes = aggregator.Aggregate(recorded.Config, version, recorded.Sectors);
            Assert.Equal(Convert.ToHexStringLower(recorded.Proof(version)), Convert.ToHexStringLower(bytes));
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public void An_aggregate_holds_for_its_sectors_alone(SnarkPackVersion version)
    {
        var proof = recorded.Proof(version);
        SealVerifyInfo[] good = recorded.Infos;
        SealVerifyInfo[][] wrong =
        [
            [good[0] with { CommR = good[1].CommR }, good[1], good[2]],
            [good[0], good[1] with { Seed = good[2].Seed }, good[2]],
            [good[0], good[1], good[2] with { CommD = good[0].CommD }],
            [good[0], good[1], good[2] with { Number = new SectorNumber(15) }],
            [good[0] with { Ticket = good[1].Ticket }, good[1], good[2]],
            [good[1], good[0], good[2]],
            [good[0], good[1], good[2], good[1]],
        ];
        Assert.All(wrong, sectors => Assert.False(Verify(version, proof, sectors)));
        // Four sectors of which the last is there twice are what padding makes, but for the digest of seeds and CommRs.
        Assert.False(Verify(version, proof, [.. good, good[2]]));
        Assert.False(Verify(1 - version, proof, good));
        Assert.Throws<MalformedProofException>(() => Verify(version, proof, good[..2]));
        Assert.Throws<MalformedProofException>(() => Verify(version, proof, [.. good, .. good]));
    }

    [Fact]
    public void A_flipped_bit_anywhere_spoils_an_aggregate()
    {
        var proof = recorded.Proof(SnarkPackVersion.V2);
        for (int at = 0; at < proof.Length; at += 151)
        {
            var spoiled = (byte[])proof.Clone();
            spoiled[at] ^= (byte)(1 << (at % 8));
            try
            {
                Assert.False(Verify(SnarkPackVersion.V2, spoiled, recorded.Infos));
            }
            catch (MalformedProofException)
            {
                // No longer elements of their groups: refused before any pairing.
            }
        }
    }

    [Fact]
    public void Two_of_an_aggregate_s_elements_in_each_other_s_place_spoil_it()
    {
        // Each stays a valid element of its group: only the equations can tell.
        const int gt = 288, g1 = 48, g2 = 96, head = (5 * gt) + g1 + 4, rounds = 2 * ((10 * gt) + (2 * g1));
        (int First, int Second, int Size)[] places =
        [
            (0, gt, gt), (gt, 2 * gt, gt), (2 * gt, 3 * gt, gt), (0, 4 * gt, gt),
            (head, head + gt, gt), (head + (2 * gt), head + (4 * gt), gt), (head + (8 * gt), head + (9 * gt), gt),
            (head + (16 * gt), head + (17 * gt), gt), (head + (20 * gt), head + (20 * gt) + g1, g1),
            (head + rounds, head + rounds + g1 + g2, g1), (head + rounds + (2 * g1) + g2, head + rounds + (2 * g1) + (2 * g2), g2),
            (head + rounds + (2 * g1) + (3 * g2), head + rounds + (3 * g1) + (3 * g2), g1),
            (head + rounds + (4 * g1) + (3 * g2), head + rounds + (4 * g1) + (4 * g2), g2),
            (head + rounds + (4 * g1) + (5 * g2), head + rounds + (5 * g1) + (5 * g2), g1),
        ];
        foreach (var version in (SnarkPackVersion[])[SnarkPackVersion.V1, SnarkPackVersion.V2])
        {
            var proof = recorded.Proof(version);
            Assert.All(places, place =>
            {
                var swapped = (byte[])proof.Clone();
                proof.AsSpan(place.First, place.Size).CopyTo(swapped.AsSpan(place.Second));
                proof.AsSpan(place.Second, place.Size).CopyTo(swapped.AsSpan(place.First));
                Assert.NotEqual(proof, swapped);
                Assert.False(Verify(version, swapped, recorded.Infos));
            });
        }
    }

    [Fact]
    public void Official_aggregates_read_and_write_their_bytes()
    {
        var native = GoldenVectors.ReadAllBytes("official/aggregate_proof_bytes");
        var aggregate = AggregateProof.Read(native);
        Assert.Equal(512, aggregate.Proofs);
        Assert.Equal(native, aggregate.ToBytes());

        // Published proofs of non-interactive PoRep are aggregates of a sector's partitions.
        var sizes = new List<int>();
        foreach (var record in GoldenVectors.JsonLines("official/seal_regression_records-v18.json"))
        {
            var partitions = record.GetProperty("porep_config").GetProperty("partitions").GetInt32();
            byte[] bytes = [.. record.GetProperty("proof").EnumerateArray().Select(b => b.GetByte())];
            if (bytes.Length == partitions * Groth16Proof.Size) continue;
            var proof = AggregateProof.Read(bytes);
            Assert.Equal(AggregateProof.PaddedCount(partitions), proof.Proofs);
            Assert.Equal(bytes, proof.ToBytes());
            sizes.Add(proof.Proofs);
        }
        Assert.Equal(24, sizes.Count);
    }

    private bool Verify(SnarkPackVersion version, byte[] proof, SealVerifyInfo[] sectors) =>
        new SealAggregateVerifier(recorded.Store).VerifyAggregate(recorded.Config, version, sectors, proof);
}
