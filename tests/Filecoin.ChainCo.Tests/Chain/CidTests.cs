using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class CidTests
{
    [Theory]
    [InlineData("83000083408080", "bafy2bzaceaa43et73tgxsoh2xizd4mxhbrcfig4kqp25zfa5scdgkzppllyuu")] // the empty array of early actors
    [InlineData(
        "884300e9075501d18cb80b758a3f4e136112ef4c7590c2c0a4691200420001404200010040", // filecoin-signing-tools, utils.json
        "bafy2bzacecm6izuxvdaow724jxiq35xk7ajbdpop7zyl6de6pq7au35kvh2de")]
    public void Dag_cbor_cids_are_the_networks(string encoded, string cid) =>
        Assert.Equal(cid, Cid.OfDagCbor(Convert.FromHexString(encoded)).ToString());

    [Fact]
    public void Actor_code_is_an_identity_cid()
    {
        var cid = Cid.Parse("bafkqadtgnfwc6mrpnv2wy5djonuwo");
        Assert.Equal(Multicodec.Raw, cid.Codec);
        Assert.Equal(Multicodec.Identity, cid.HashCode);
        Assert.Equal("fil/2/multisig", Encoding.ASCII.GetString(cid.Digest));
        Assert.True(cid.Matches("fil/2/multisig"u8));
        Assert.False(cid.Matches("fil/2/account"u8));
    }

    [Fact]
    public void Version_0_is_base58_of_a_sha256_multihash()
    {
        // The empty UnixFS directory of IPFS.
        var cid = Cid.Parse("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
        Assert.Equal(0, cid.Version);
        Assert.Equal(Multicodec.DagPb, cid.Codec);
        Assert.Equal("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", cid.ToString());
        Assert.True(cid.Matches([0x0a, 0x02, 0x08, 0x01]));
    }

    [Fact]
    public void Base58btc_of_version_1_reads_as_the_same_cid()
    {
        var cid = Cid.Parse("zdj7WhuEjrB52m1BisYCtmjH1hSKa7yZ3jEZ9JcXaFRD51wVz");
        Assert.Equal(1, cid.Version);
        Assert.Equal(cid, Cid.Parse(cid.ToString()));
    }

    [Fact]
    public void Commitments_travel_as_cids()
    {
        byte[] commitment = new byte[32];
        commitment[0] = 7;
        var piece = Cid.FromPieceCommitment(commitment);
        Assert.StartsWith("baga6ea4seaq", piece.ToString(), StringComparison.Ordinal);
        Assert.True(piece.TryGetPieceCommitment(out ReadOnlySpan<byte> read));
        Assert.Equal(commitment, read.ToArray());
        Assert.False(piece.TryGetSealedCommitment(out _));

        var sealedCid = Cid.FromSealedCommitment(commitment);
        Assert.StartsWith("bagboea4b5abca", sealedCid.ToString(), StringComparison.Ordinal);
        Assert.True(sealedCid.TryGetSealedCommitment(out read));
        Assert.Equal(commitment, read.ToArray());
        Assert.Throws<CidFormatException>(() => Cid.FromPieceCommitment(commitment.AsSpan(1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("b")]
    [InlineData("bafy2bzacea")]
    [InlineData("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3N0")]
    [InlineData("zQmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn")]
    [InlineData("bafy2bzacea456askyutsf7uk4ta2q5aojrlcji4mhaqokbfalgvoq4ueeh4l2a")]
    [InlineData("Bafy2bzacea456askyutsf7uk4ta2q5aojrlcji4mhaqokbfalgvoq4ueeh4l2")]
    public void Malformed_text_is_refused(string text)
    {
        Assert.False(Cid.TryParse(text, out _));
        Assert.Throws<CidFormatException>(() => Cid.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0171a0e40220")]
    [InlineData("01f100a0e40220")] // 0x71 in two bytes
    [InlineData("015500ffffffff7f")]
    [InlineData("1220aa")]
    public void Malformed_bytes_are_refused(string bytes) =>
        Assert.Throws<CidFormatException>(() => Cid.FromBytes(Convert.FromHexString(bytes)));

    [Fact]
    public void Any_bytes_parse_to_themselves_or_are_refused() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        tail =>
        {
            byte[] bytes = [1, 0x55, 0, .. tail];
            try
            {
                var cid = Cid.FromBytes(bytes);
                return cid.Bytes.SequenceEqual(bytes) && Cid.Parse(cid.ToString()) == cid;
            }
            catch (CidFormatException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Json_is_a_link()
    {
        const string json = """{"/":"bafy2bzacea456askyutsf7uk4ta2q5aojrlcji4mhaqokbfalgvoq4ueeh4l2"}""";
        var cid = JsonSerializer.Deserialize<Cid>(json);
        Assert.Equal(json, JsonSerializer.Serialize(cid));
        Assert.False(JsonSerializer.Deserialize<Cid>("null").IsDefined);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Cid>("""{"/":"x"}"""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Cid>("""{"/":7}"""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Cid>("""{"x":1}"""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Cid>("""{"/":"bafkqadtgnfwc6mrpnv2wy5djonuwo","x":1}"""));
    }
}
