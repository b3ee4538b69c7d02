using System.Text.Json;
using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class BlockHeaderTests
{
    [Fact]
    public void Published_headers_have_their_bytes_and_cids()
    {
        foreach (JsonElement vector in GoldenChain.Headers())
        {
            byte[] bytes = vector.GetProperty("cbor_hex").GetBytesFromHex();
            BlockHeader header = DagCbor.Decode<BlockHeader>(bytes);
            Assert.Equal(bytes, DagCbor.Encode(header));
            Assert.Equal(vector.GetProperty("cid").GetString(), header.Cid.ToString());
            string json = JsonSerializer.Serialize(header, ChainJsonContext.Default.BlockHeader);
            Assert.Equal(header.Cid, JsonSerializer.Deserialize(json, ChainJsonContext.Default.BlockHeader)!.Cid);
            if (vector.TryGetProperty("block", out JsonElement block))
                Assert.Equal(header.Cid, block.Deserialize(ChainJsonContext.Default.BlockHeader)!.Cid);
            if (vector.TryGetProperty("signing_hex", out JsonElement signing))
                Assert.Equal(signing.GetBytesFromHex(), header.SigningBytes());
        }
    }

    [Fact]
    public void A_changed_copy_has_its_own_cid()
    {
        BlockHeader header = DagCbor.Decode<BlockHeader>(GoldenChain.Headers()[0].GetProperty("cbor_hex").GetBytesFromHex());
        Cid before = header.Cid;
        BlockHeader copy = header with { ForkSignaling = 7 };
        Assert.NotEqual(before, copy.Cid);
        Assert.Equal(before, header.Cid);
        Assert.Equal(DagCbor.CidOf(copy), copy.Cid);
    }

    [Fact]
    public void A_header_without_a_field_is_refused()
    {
        string json = GoldenChain.Headers()[0].GetProperty("block").GetRawText();
        foreach (string field in new[] { "Miner", "ParentWeight", "Height", "ParentStateRoot", "Messages", "Timestamp", "ParentBaseFee" })
        {
            string without = json.Replace($"\"{field}\"", $"\"No{field}\"", StringComparison.Ordinal);
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(without, ChainJsonContext.Default.BlockHeader));
        }
    }

    [Fact]
    public void A_mainnet_tipset_has_its_key()
    {
        TipSet tipset = JsonSerializer.Deserialize(GoldenChain.TipSet(), ChainJsonContext.Default.TipSet)!;
        Assert.Equal(4863283, tipset.Height.Value);
        Assert.Equal("{bafy2bzacedo7hjsumaajt6sbor42qycvjyk6goqe4oi4o4ddsjxkdeqrqf42c}", tipset.Key.ToString());
        Assert.Equal(3, tipset.Parents.Cids.Count);
        Assert.Equal(1, tipset.WinCount);
        Assert.Equal(tipset, JsonSerializer.Deserialize(JsonSerializer.Serialize(tipset, ChainJsonContext.Default.TipSet), ChainJsonContext.Default.TipSet));
        Assert.Equal(tipset.Parents, TipSetKey.FromBytes(tipset.Parents.Bytes));
    }

    [Theory]
    [InlineData("\"Height\": 4863283\n}", "\"Height\": 4863284\n}")] // the tipset's own
    [InlineData("\"Height\": 4863283,", "\"Height\": 4863282,")] // the block's
    [InlineData("\"ParentWeight\": \"116013147118\"", "\"ParentWeight\": \"216013147118\"")] // a forged weight changes the CID
    [InlineData("bafy2bzacedo7hjsumaajt6sbor42qycvjyk6goqe4oi4o4ddsjxkdeqrqf42c", "bafy2bzacebzofmh6migvc4v6qsme6vuxlhi6pv2ocy4apyic3uihjqm7dum3u")]
    public void A_tipset_that_lies_about_itself_is_refused(string truth, string lie)
    {
        string json = GoldenChain.TipSet();
        Assert.Contains(truth, json, StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json.Replace(truth, lie, StringComparison.Ordinal), ChainJsonContext.Default.TipSet));
    }
}
