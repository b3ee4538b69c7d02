using Filecoin.Proving.Sectors;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Sectors;

public class IdsTests
{
    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(1000UL, "e807")]
    [InlineData(127UL, "7f")]
    [InlineData(128UL, "8001")]
    [InlineData(ulong.MaxValue, "ffffffffffffffffff01")]
    public void The_prover_id_is_the_payload_of_the_id_address(ulong actor, string payload) =>
        Assert.Equal(payload.PadRight(64, '0'), ProverId.FromActorId(actor).ToString());

    [Fact]
    public void Chain_randomness_becomes_a_field_element()
    {
        var randomness = Enumerable.Repeat((byte)0xff, 32).ToArray();
        Assert.Equal(new string('f', 62) + "3f", PoStRandomness.FromChain(randomness).ToString());
        Assert.Equal(new string('f', 64), Ticket.FromBytes(randomness).ToString());
    }

    [Fact]
    public void Hexadecimal_and_bytes_come_back() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            var value = new byte[32];
            bytes.AsSpan(0, Math.Min(32, bytes.Length)).CopyTo(value);
            var commitment = Commitment.FromBytes(value);
            return commitment.Span.SequenceEqual(value) && Commitment.Parse(commitment.ToString()) == commitment
                && Commitment.Parse(commitment.ToString().ToUpperInvariant()).GetHashCode() == commitment.GetHashCode();
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    public void Malformed_hexadecimal_is_refused(string text)
    {
        var error = Assert.Throws<FormatException>(() => Ticket.Parse(text));
        Assert.Contains("Ticket", error.Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ReplicaId.FromBytes(new byte[31]));
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_a_typed_error() =>
        Prop.ForAll(Texts(), text =>
        {
            Refuses<FormatException>(() => Ticket.Parse(text));
            Refuses<FormatException>(() => SectorId.Parse(text));
            Refuses<SectorSizeException>(() => SectorSize.Parse(text));
            Refuses<FormatException>(() => ApiVersionText.ParseVersion(text));
            Refuses<FormatException>(() => ApiVersionText.ParseFeature(text));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static Arbitrary<string> Texts()
    {
        var near = Gen.Elements("s-t0", "s-t01000-7", "-", "8MiB", "KiB", " ", "1.1.0", "synthetic-porep", "18446744073709551616", "ab", "\0", "٣");
        return Gen.OneOf(
            near.ListOf().Select(string.Concat),
            Gen.Elements([.. "0123456789abcdefST-t.KMGiB "]).ArrayOf().Select(c => new string(c))).ToArbitrary();
    }

    private static void Refuses<TException>(Action read)
        where TException : Exception
    {
        if (Record.Exception(read) is { } error)
            Assert.IsType<TException>(error);
    }

    [Theory]
    [InlineData("s-t01000-7", 1000UL, 7UL)]
    [InlineData("s-t00-0", 0UL, 0UL)]
    public void A_sector_name_comes_back(string name, ulong miner, ulong number)
    {
        Assert.Equal(new SectorId(miner, new SectorNumber(number)), SectorId.Parse(name));
        Assert.Equal(name, SectorId.Parse(name).ToString());
    }

    [Theory]
    [InlineData("s-t1000-7")]
    [InlineData("s-t01000")]
    [InlineData("s-t01000-")]
    [InlineData("s-t0-7")]
    [InlineData("s-t001000-7")]
    [InlineData("s-t01000-07")]
    [InlineData("s-t01000--7")]
    public void Another_name_is_refused(string name) => Assert.Throws<FormatException>(() => SectorId.Parse(name));
}
