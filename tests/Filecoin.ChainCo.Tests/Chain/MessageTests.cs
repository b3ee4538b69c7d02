using System.Text.Json;
using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class MessageTests
{
    [Fact]
    public void Mainnet_messages_have_their_cids()
    {
        int count = 0;
        foreach ((string cid, _, _, _, byte[] bytes) in GoldenChain.Messages())
        {
            Message message = DagCbor.Decode<Message>(bytes);
            Assert.Equal(bytes, DagCbor.Encode(message));
            Assert.Equal(cid, message.Cid.ToString());
            string json = JsonSerializer.Serialize(message, ChainJsonContext.Default.Message);
            Assert.Equal(message.Cid, JsonSerializer.Deserialize(json, ChainJsonContext.Default.Message)!.Cid);
            count++;
        }

        Assert.InRange(count, 100, 1000);
    }

    [Fact]
    public void A_secp256k1_message_is_known_by_the_signed_cid()
    {
        // filecoin-signing-tools, test_vectors/get_cid.json and txs.json.
        const string json = """
            {"Message":{"To":"t17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy","From":"t1d2xrzcslx7xlbbylc5c3d5lvandqw4iwl6epxba","Nonce":1,"Value":"100000",
            "GasLimit":2500000,"GasFeeCap":"1","GasPremium":"1","Method":0,"Params":""},
            "Signature":{"Type":1,"Data":"0wRrFJZFIVh8m0JD+f5C55YrxD6YAWtCXWYihrPTKdMfgMhYAy86MVhs43hSLXnV+47UReRIe8qFdHRJqFlreAE="}}
            """;
        SignedMessage signed = JsonSerializer.Deserialize(json, ChainJsonContext.Default.SignedMessage)!;
        Assert.Equal("bafy2bzacebaiinljwwctblf7czp4zxwhz4747z6tpricgn5cumd4xhebftcvu", signed.Cid.ToString());
        Assert.NotEqual(signed.Cid, signed.Message.Cid);
        Assert.Equal(signed.Cid, DagCbor.Decode<SignedMessage>(DagCbor.Encode(signed)).Cid);

        Message cheap = signed.Message with { GasLimit = 25000 };
        Assert.Equal(
            "8a005501fd1d0f4dfcd7e99afcb99a8326b7dc459d32c62855011eaf1c8a4bbfeeb0870b1745b1f57503470b71160144000186a01961a84200014200010040",
            Convert.ToHexStringLower(DagCbor.Encode(cheap)));
    }

    [Fact]
    public void A_bls_message_is_known_by_the_unsigned_cid()
    {
        // Forest, serialization-vectors/message_signing.json.
        const string json = """
            {"Version":0,"To":"t099999","From":"t3sogjuub37grt2tuvvlxbiamthwxenf2dwgq6sn7gpj72c5omg7gojjplsdsovgq6g3aagwerkght3e7boqfq","Nonce":55,"Value":"1",
            "GasLimit":1000000,"GasFeeCap":"100","GasPremium":"1","Method":0,"Params":null}
            """;
        Message message = JsonSerializer.Deserialize(json, ChainJsonContext.Default.Message)!;
        const string cid = "bafy2bzacedhl5cowfmp7hq2ke3irf7indry55px44cbbjthazwvpm7ktf676w";
        Assert.Equal(cid, message.Cid.ToString());
        Assert.Equal(cid, new SignedMessage(message, new Signature(SignatureType.Bls, new byte[96])).Cid.ToString());
        Assert.NotEqual(cid, new SignedMessage(message, new Signature(SignatureType.Delegated, new byte[65])).Cid.ToString());
    }

    [Fact]
    public void A_version_other_than_0_is_refused()
    {
        byte[] bytes = GoldenChain.Messages().First().Bytes;
        bytes[1] = 1;
        Assert.Throws<CborFormatException>(() => DagCbor.Decode<Message>(bytes));
    }
}
