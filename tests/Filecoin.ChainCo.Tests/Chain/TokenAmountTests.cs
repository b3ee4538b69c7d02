using System.Numerics;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class TokenAmountTests
{
    [Theory]
    [InlineData("0 FIL")]
    [InlineData("1 FIL")]
    [InlineData("1.001 FIL")]
    [InlineData("100.10001 FIL")]
    [InlineData("5000.01 FIL")]
    [InlineData("-0.000000000000000001 FIL")]
    public void Fil_text_round_trips(string text) => Assert.Equal(text, TokenAmount.ParseFil(text).ToFilString());

    [Theory]
    [InlineData("1", "1000000000000000000")]
    [InlineData(".5", "500000000000000000")]
    [InlineData("0.5fil", "500000000000000000")]
    [InlineData("20 attofil", "20")]
    [InlineData("20AFIL", "20")]
    public void Units_are_lotus_units(string text, string atto) => Assert.Equal(atto, TokenAmount.ParseFil(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("FIL")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("--1")]
    [InlineData("1.2.3")]
    [InlineData("1-2")]
    [InlineData("1 nanofil")]
    [InlineData("0.5 attofil")]
    [InlineData("0.0000000000000000001")]
    [InlineData("123456789012345678901234567890123456789012345678901")]
    public void Other_text_is_refused(string text) => Assert.Throws<ChainFormatException>(() => TokenAmount.ParseFil(text));

    [Theory]
    [InlineData("0", "40")]
    [InlineData("1", "420001")]
    [InlineData("-1", "420101")]
    [InlineData("100000", "44000186a0")]
    [InlineData("-65536", "4401010000")]
    public void Cbor_is_sign_and_magnitude(string value, string bytes)
    {
        var amount = new TokenAmount(BigInteger.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(bytes, Convert.ToHexStringLower(DagCbor.Encode(amount)));
        Assert.Equal(amount, DagCbor.Decode<TokenAmount>(Convert.FromHexString(bytes)));
    }

    [Theory]
    [InlineData("4100")] // a sign without a magnitude
    [InlineData("420000")] // zero is empty
    [InlineData("43000001")] // leading zero
    [InlineData("420201")] // sign 2
    public void Other_cbor_is_refused(string bytes) =>
        Assert.Throws<CborFormatException>(() => DagCbor.Decode<TokenAmount>(Convert.FromHexString(bytes)));

    [Fact]
    public void Any_amount_round_trips() => Prop.ForAll(ArbMap.Default.ArbFor<BigInteger>(), value =>
    {
        var amount = new TokenAmount(value * value * value);
        return DagCbor.Decode<TokenAmount>(DagCbor.Encode(amount)) == amount
            && TokenAmount.ParseFil(amount.ToFilString()) == amount
            && JsonSerializer.Deserialize<TokenAmount>(JsonSerializer.Serialize(amount)) == amount;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Json_is_a_string()
    {
        Assert.Equal("\"-5\"", JsonSerializer.Serialize(new TokenAmount(-5)));
        Assert.Equal(TokenAmount.Zero, JsonSerializer.Deserialize<TokenAmount>("null"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TokenAmount>("5"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TokenAmount>("\"\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TokenAmount>($"\"{new string('9', 400)}\""));
    }
}
