using System.Text.Json;
using Filecoin.ChainCo.Chain;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class BitfieldTests
{
    [Fact]
    public void Published_encoding()
    {
        // go-bitfield, rle/rleplus_test.go.
        ulong[] bits = [0, 2, 4, 5, 6, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27];
        byte[] encoded = [124, 71, 34, 2];
        Assert.Equal(encoded, Bitfield.Of(bits).ToRlePlus());
        Assert.Equal(bits, Bitfield.FromRlePlus(encoded).ToArray(100));
        Assert.Equal("[0,3,5,2]", JsonSerializer.Serialize(Bitfield.Of(0, 1, 2, 8, 9)));
        Assert.Equal("[0]", JsonSerializer.Serialize(Bitfield.Empty));
        Assert.Empty(Bitfield.Empty.ToRlePlus());
    }

    [Theory]
    [InlineData("00")] // the empty set has no bytes
    [InlineData("04")] // version 0, first run set, then nothing but zeros: a run of length zero
    [InlineData("01")] // version 1
    [InlineData("7c47220200")] // zero byte at the end
    [InlineData("08")] // one unset bit and no set one
    [InlineData("34")] // short block of 1
    [InlineData("0401")] // varint of 8
    public void Other_encodings_are_refused(string bytes) =>
        Assert.Throws<BitfieldFormatException>(() => Bitfield.FromRlePlus(Convert.FromHexString(bytes)));

    [Fact]
    public void Any_bytes_read_to_themselves_or_are_refused() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        try
        {
            return Bitfield.FromRlePlus(bytes).ToRlePlus().AsSpan().SequenceEqual(bytes);
        }
        catch (BitfieldFormatException)
        {
            return true;
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Sets_round_trip_and_combine_as_sets() => Prop.ForAll(ArbMap.Default.ArbFor<uint[]>(), ArbMap.Default.ArbFor<uint[]>(), (left, right) =>
    {
        SortedSet<ulong> a = [.. left.Select(x => (ulong)(x % 200))], b = [.. right.Select(x => (ulong)(x % 200))];
        Bitfield fa = Bitfield.Of(a), fb = Bitfield.Of(b);
        return fa.Equals(Bitfield.FromRlePlus(fa.ToRlePlus()))
            && fa.Equals(Bitfield.FromRunLengths(fa.ToRunLengths()))
            && fa.Count == (ulong)a.Count
            && Enumerable.Range(0, 201).All(i => fa.Contains((ulong)i) == a.Contains((ulong)i))
            && fa.Union(fb).Bits().SequenceEqual(a.Union(b).Order())
            && fa.Intersect(fb).Bits().SequenceEqual(a.Intersect(b).Order())
            && fa.Except(fb).Bits().SequenceEqual(a.Except(b).Order())
            && fa.IsSupersetOf(fb) == a.IsSupersetOf(b)
            && fa.Slice(2, 3).Bits().SequenceEqual(a.Skip(2).Take(3));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_set_of_astronomic_size_costs_its_runs()
    {
        var huge = Bitfield.OfRange(5, ulong.MaxValue - 5);
        Assert.Equal(huge, Bitfield.FromRlePlus(huge.ToRlePlus()));
        Assert.Equal(ulong.MaxValue - 5, huge.Count);
        Assert.Throws<BitfieldFormatException>(() => huge.ToArray(1000));
        Assert.Equal(Bitfield.Of(7), huge.Intersect(Bitfield.Of(2, 7)));
        Assert.Throws<BitfieldFormatException>(() => Bitfield.OfRange(6, ulong.MaxValue - 5));
        Assert.Throws<BitfieldFormatException>(() => Bitfield.FromRunLengths([ulong.MaxValue, 1]));
        Assert.Throws<BitfieldFormatException>(() => Bitfield.FromRunLengths([1, 0, 1]));
        Assert.Throws<BitfieldFormatException>(() => Bitfield.Of(Enumerable.Range(0, 100_000).Select(i => (ulong)i * 40)).ToRlePlus());
    }

    [Fact]
    public void Json_that_is_not_run_lengths_is_refused()
    {
        foreach (string json in new[] { "[1,0]", "[-1]", "[1.5]", "[\"1\"]", "{}", "[18446744073709551615,1]" })
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Bitfield>(json));
        Assert.Equal(Bitfield.Empty, JsonSerializer.Deserialize<Bitfield>("[7]"));
    }
}
