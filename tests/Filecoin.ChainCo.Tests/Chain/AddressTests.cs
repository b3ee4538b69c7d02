using System.Text.Json;
using Filecoin.ChainCo.Chain;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class AddressTests
{
    // Published vectors of go-address (address_test.go), plus the Ethereum pair of the Filecoin documentation.
    [Theory]
    [InlineData("f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i", "76128190cdf068d1418044acc03e0b6781970d60")]
    [InlineData("f25nml2cfbljvn4goqtclhifepvfnicv6g7mfmmvq", "2cafb8e2e06bba98ea657c5cf5f42023aa23e88e")]
    [InlineData("f2nuqrg7vuysaue2pistjjnt3fadsdzvyuatqtfei", "022c9e0ea29d8f40c56abec35c8d587da0a64c18")]
    public void Actor_address_is_the_hash_of_its_data(string text, string data) =>
        Assert.Equal(text, Address.FromActorData(Convert.FromHexString(data)).ToString());

    [Theory]
    [InlineData(
        "f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq",
        "049402fac37e6432a416a3a0ca5426b5185ab3b24f6134efa25ce487c82d2e4e13bf452511e0d2245421f8613bc10d72fa216666a96c3bc13920d3ff233fd0bc05")]
    [InlineData(
        "f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy",
        "0442832bf87cce9ea345b90350de7d3495859ca449059c5e88dde74285dffb9ec01ebabc5fc86268cfeaeba7ae05bfb8d68eb75a5268782cf86fc8702bef8a1fe0")]
    public void Secp256k1_address_is_the_hash_of_the_key(string text, string key) =>
        Assert.Equal(text, Address.FromSecp256k1PublicKey(Convert.FromHexString(key)).ToString());

    [Fact]
    public void Bls_address_is_the_key()
    {
        byte[] key = Convert.FromHexString(
            "ad58df696e2d4e91ea86c881e938ba4ea81b395e12797b84b9cf314b9546705e839c7a99d606b247ddb4f9ac7a3414dd");
        var address = Address.FromBlsPublicKey(key);
        const string text = "vvmn62lofvhjd2ugzca6sof2j2ubwok6cj4xxbfzz4yuxfkgobpihhd2thlanmsh3w2ptld2gqkn2jvlss4a";
        Assert.Equal("f3" + text, address.ToString());
        Assert.Equal("t3" + text, address.ToString(AddressNetwork.Testnet));
        Assert.Equal(address, Address.Parse("t3" + text, out AddressNetwork network));
        Assert.Equal(AddressNetwork.Testnet, network);
        Assert.Equal(key, address.Payload.ToArray());
    }

    [Theory]
    [InlineData(0UL, "f00", "0000")]
    [InlineData(1024UL, "f01024", "008008")]
    [InlineData(9223372036854775807UL, "f09223372036854775807", "00ffffffffffffffff7f")]
    public void Id_address_is_a_varint(ulong id, string text, string bytes)
    {
        var address = Address.FromId(id);
        Assert.Equal(text, address.ToString());
        Assert.Equal(bytes, Convert.ToHexStringLower(address.Bytes));
        Assert.Equal(address, Address.Parse(text));
        Assert.True(address.TryGetId(out ulong read));
        Assert.Equal(id, read);
    }

    [Fact]
    public void Ethereum_form_round_trips()
    {
        byte[] ethereum = Convert.FromHexString("d388ab098ed3e84c0d808776440b48f685198498");
        var address = Address.FromEthereum(ethereum);
        Assert.Equal("f410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy", address.ToString());
        Assert.Equal(address, Address.Parse("t410f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy"));
        byte[] back = new byte[20];
        Assert.True(address.TryGetEthereum(back));
        Assert.Equal(ethereum, back);

        byte[] masked = Convert.FromHexString("ff00000000000000000000000000000000000400");
        Assert.Equal(Address.FromId(1024), Address.FromEthereum(masked));
        Assert.True(Address.FromId(1024).TryGetEthereum(back));
        Assert.Equal(masked, back);
        Assert.False(Address.FromActorData([1]).TryGetEthereum(back));
    }

    [Theory]
    [InlineData("")]
    [InlineData("f0")]
    [InlineData("Q2gfvuyh7v2sx3patm5k23wdzmhyhtmqctasbr23y")]
    [InlineData("t4gfvuyh7v2sx3patm5k23wdzmhyhtmqctasbr23y")]
    [InlineData("t2gfvuyh7v2sx3patm5k23wdzmhyhtmqctasbr24y")]
    [InlineData("t0banananananannnnnnnnnnn")]
    [InlineData("t0-1")]
    [InlineData("t0+1")]
    [InlineData("t001")]
    [InlineData("t09223372036854775808")]
    [InlineData("t099999999999999999999999999999")]
    [InlineData("t2gfvuyh7v2sx3patm1k23wdzmhyhtmqctasbr24y")]
    [InlineData("t2GFVUYH7V2SX3PATM5K23WDZMHYHTMQCTASBR23Y")]
    [InlineData("t2gfvuyh7v2sx3patm5k23wdzmhyhtmqctasbr23ya")]
    [InlineData("t52gfvuyh7v2sx3patm5k23wdzmhyhtmqctasbr23y")]
    [InlineData("f410f")]
    [InlineData("f4f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy")]
    [InlineData("f411f2oekwcmo2pueydmaq53eic2i62crtbeyuzx2gmy")]
    public void Malformed_text_is_refused(string text)
    {
        Assert.False(Address.TryParse(text, out Address address));
        Assert.False(address.IsDefined);
        Assert.Throws<AddressFormatException>(() => Address.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("008000")]
    [InlineData("00ffffffffffffffffff01")]
    [InlineData("0001ff")]
    [InlineData("0100")]
    [InlineData("05aaaa")]
    [InlineData("04")]
    public void Malformed_bytes_are_refused(string bytes) =>
        Assert.Throws<AddressFormatException>(() => Address.FromBytes(Convert.FromHexString(bytes)));

    [Fact]
    public void Any_bytes_parse_to_themselves_or_are_refused() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes =>
        {
            try
            {
                var address = Address.FromBytes(bytes);
                return address.Bytes.SequenceEqual(bytes) && Address.Parse(address.ToString()) == address;
            }
            catch (AddressFormatException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void One_changed_character_never_reads_as_the_same_address() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        ArbMap.Default.ArbFor<int>(),
        ArbMap.Default.ArbFor<char>(),
        (data, at, replacement) =>
        {
            string text = Address.FromDelegated(10, data.AsSpan(0, Math.Min(data.Length, 54))).ToString();
            char[] changed = text.ToCharArray();
            int index = Math.Abs(at % text.Length);
            if (changed[index] == replacement || index == 0)
                return true;
            changed[index] = replacement;
            return !Address.TryParse(changed, out Address other) || other.ToString() != text;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Json_is_the_text()
    {
        Assert.Equal("\"f01024\"", JsonSerializer.Serialize(Address.FromId(1024)));
        Assert.Equal(Address.FromId(1024), JsonSerializer.Deserialize<Address>("\"t01024\""));
        Assert.False(JsonSerializer.Deserialize<Address>("\"<empty>\"").IsDefined);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Address>("\"f0x\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Address>("7"));
    }
}
