using System.Numerics;
using System.Security.Cryptography;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.PoRep;

public sealed class PoRepChallengesTests
{
    /// <summary>The expected values of the official test (storage-proofs-porep <c>challenges.rs</c>): 2^10 nodes, replica id 55, CommR 101, seed of ones.</summary>
    [Fact]
    public void Synthetic_challenges_are_the_official_tests()
    {
        var set = new SyntheticChallenges(1 << 10, 21, ReplicaId.FromBytes(Number(55)), Commitment.FromBytes(Number(101)));
        uint[] expected =
            [178, 297, 869, 211, 875, 477, 94, 781, 124, 332, 856, 801, 176, 692, 429, 691, 290, 204, 986, 210, 973];
        Assert.Equal(expected, Enumerable.Range(0, set.Count).Select(i => set[i]));
        uint[] selected = [176, 781, 801, 986, 290, 211, 692, 856, 986, 332];
        var seed = Seed.FromBytes(Enumerable.Repeat((byte)1, 32).ToArray());
        Assert.Equal(selected, set.Select(seed, 0, 10).Select(i => set[i]));
        Assert.Equal(selected, Enumerable.Range(0, 5).SelectMany(k => set.Select(seed, k, 2)).Select(i => set[i]));
    }

    /// <summary>RFC 8439 section 2.3.2, and the same stream from any byte on.</summary>
    [Fact]
    public void Key_stream_is_that_of_rfc_8439()
    {
        var key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        var stream = new ChaCha20KeyStream(key, Convert.FromHexString("000000090000004a00000000"));
        var block = new byte[64];
        stream.Read(64, block);
        Assert.Equal(
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e",
            Convert.ToHexStringLower(block));

        var whole = new byte[500];
        stream.Read(0, whole);
        var gen = from start in Gen.Choose(0, 499) from length in Gen.Choose(0, 500 - start) select (From: start, Length: length);
        Prop.ForAll(gen.ToArbitrary(), range =>
        {
            var part = new byte[range.Length];
            stream.Read(range.From, part);
            return part.AsSpan().SequenceEqual(whole.AsSpan(range.From, range.Length));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_number_is_reduced_to_a_node_other_than_the_first()
    {
        var gen = from bytes in Gen.Choose(0, 255).ArrayOf(32) from log in Gen.Choose(6, 31) select (Bytes: Array.ConvertAll(bytes, b => (byte)b), Nodes: 1u << log);
        Prop.ForAll(gen.ToArbitrary(), t =>
            PoRepChallenges.Reduce(t.Bytes, t.Nodes) == (uint)(new BigInteger(t.Bytes, isUnsigned: true) % (t.Nodes - 1)) + 1).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1_1, 10, 18)]
    [InlineData(RegisteredSealProof.StackedDrg64GiBV1_1_Feat_SyntheticPoRep, 10, 18)]
    [InlineData(RegisteredSealProof.StackedDrg32GiBV1_2_Feat_NiPoRep, 126, 18)]
    [InlineData(RegisteredSealProof.StackedDrg2KiBV1_2_Feat_NiPoRep, 13, 2)]
    public void Every_partition_has_its_own_challenges(RegisteredSealProof proof, int partitions, int challenges)
    {
        var config = PoRepConfig.For(proof);
        var all = Enumerable.Range(0, config.Partitions).Select(k => PoRepChallenges.ForPartition(config, Inputs("a"), k)).ToArray();
        Assert.Equal((partitions, partitions * challenges), (all.Length, all.Sum(c => c.Length)));
        Assert.All(all.SelectMany(c => c), node => Assert.InRange(node, 1u, (uint)(config.SectorSize.Nodes - 1)));
        Assert.NotEqual(all[0], all[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => PoRepChallenges.ForPartition(config, Inputs("a"), partitions));
    }

    [Fact]
    public void The_seed_decides_unless_the_PoRep_is_non_interactive()
    {
        foreach (var (feature, decides) in ((PoRepFeature, bool)[])[(PoRepFeature.None, true), (PoRepFeature.Synthetic, true), (PoRepFeature.NonInteractive, false)])
        {
            var config = PoRepConfig.Create(SectorSize.GiB32, ApiVersion.V1_2, feature);
            var (one, other) = (Inputs("one"), Inputs("other"));
            Assert.Equal(decides, !PoRepChallenges.ForPartition(config, one, 0).SequenceEqual(PoRepChallenges.ForPartition(config, other, 0)));
        }
    }

    [Fact]
    public void Synthetic_challenges_of_a_sector_are_a_selection_of_its_set()
    {
        var config = PoRepConfig.For(RegisteredSealProof.StackedDrg32GiBV1_1_Feat_SyntheticPoRep);
        var inputs = Inputs("a");
        var set = PoRepChallenges.Synthetic(config, inputs.ReplicaId, inputs.CommR);
        Assert.Equal(1 << 18, set.Length);
        var all = set.ToHashSet();
        Assert.True(Enumerable.Range(0, 10).SelectMany(k => PoRepChallenges.ForPartition(config, inputs, k)).All(all.Contains));
    }

    private static PoRepPublicInputs Inputs(string seed) => new(
        ReplicaId.FromBytes(Number(3)), Commitment.FromBytes(Number(4)), Commitment.FromBytes(Number(5)),
        Seed.FromBytes(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(seed))));

    private static byte[] Number(byte value)
    {
        var bytes = new byte[32];
        bytes[0] = value;
        return bytes;
    }
}
