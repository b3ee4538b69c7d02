using Filecoin.ChainCo.Chain;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class DagCborTests
{
    [Theory]
    [InlineData("1817", "not written in its shortest form", 0)] // 23 in two bytes
    [InlineData("1900ff", "not written in its shortest form", 0)]
    [InlineData("1a0000ffff", "not written in its shortest form", 0)]
    [InlineData("1b00000000ffffffff", "not written in its shortest form", 0)]
    [InlineData("5f4100ff", "indefinite length", 0)]
    [InlineData("9f00ff", "indefinite length", 0)]
    [InlineData("fb3ff0000000000000", "neither a boolean nor null", 0)]
    [InlineData("f7", "neither a boolean nor null", 0)]
    [InlineData("c100", "expected tag 42", 0)]
    [InlineData("d82a420002", "version 1", 0)]
    [InlineData("d82a40", "starts with a zero byte", 0)]
    [InlineData("61ff", "not UTF-8", 0)]
    [InlineData("4200", "are left", 0)]
    [InlineData("8200", "do not fit", 0)]
    [InlineData("828100", "end before a value", 3)]
    [InlineData("a1", "do not fit", 0)]
    [InlineData("a10000", "expected a text string", 1)]
    [InlineData("a2616200616100", "ascending order", 4)]
    [InlineData("a2616100616100", "ascending order", 4)]
    [InlineData("a262616100616200", "ascending order", 5)]
    [InlineData("0000", "follow the value", 1)]
    [InlineData("", "end before a value", 0)]
    [InlineData("19", "end inside a head", 1)]
    public void Anything_not_deterministic_is_refused_where_it_stands(string bytes, string reason, int offset)
    {
        var error = Assert.Throws<CborFormatException>(() => DagCbor.Validate(Convert.FromHexString(bytes)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(offset, error.Offset);
    }

    [Fact]
    public void A_count_of_elements_that_are_not_there_allocates_nothing()
    {
        byte[] bomb = [0x9a, 0x7f, 0xff, 0xff, 0xff, 0x80];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CborFormatException>(() => DagCbor.Validate(bomb));
        Assert.Throws<CborFormatException>(() => DagCbor.Decode<SignedMessage>(bomb));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Nesting_is_followed_to_its_limit_and_no_further()
    {
        byte[] deepest = [.. Enumerable.Repeat((byte)0x81, DagCborReader.MaxDepth - 1), 0x00];
        DagCbor.Validate(deepest);
        byte[] deeper = [.. Enumerable.Repeat((byte)0x81, DagCborReader.MaxDepth), 0x00];
        Assert.Throws<CborFormatException>(() => DagCbor.Validate(deeper));
        byte[] bomb = [.. Enumerable.Repeat((byte)0x81, 1_000_000)];
        Assert.Throws<CborFormatException>(() => DagCbor.Validate(bomb));
    }

    [Fact]
    public void Maps_are_written_in_their_order()
    {
        var writer = new DagCborWriter();
        writer.WriteMap(new Dictionary<string, Action<DagCborWriter>>
        {
            ["bb"] = w => w.WriteUInt64(1),
            ["c"] = w => w.WriteBoolean(true),
            ["aa"] = w => w.WriteNull(),
        });
        Assert.Equal("a36163f5626161f662626201", Convert.ToHexStringLower(writer.WrittenSpan));
        DagCbor.Validate(writer.WrittenSpan);
    }

    [Fact]
    public void Integers_round_trip() => Prop.ForAll(ArbMap.Default.ArbFor<long>(), ArbMap.Default.ArbFor<int>(), (value, shift) =>
    {
        long signed = value >> (shift & 63);
        var writer = new DagCborWriter();
        writer.WriteInt64(signed);
        writer.WriteUInt64((ulong)signed);
        var reader = new DagCborReader(writer.WrittenSpan);
        return reader.ReadInt64() == signed && reader.ReadUInt64() == (ulong)signed && reader.IsAtEnd;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Extreme_integers()
    {
        foreach (long value in new[] { long.MinValue, long.MaxValue, -1, 0, -24, -25, -256, -257 })
        {
            var writer = new DagCborWriter();
            writer.WriteInt64(value);
            var reader = new DagCborReader(writer.WrittenSpan);
            Assert.Equal(value, reader.ReadInt64());
        }

        Assert.Throws<CborFormatException>(() => new DagCborReader(Convert.FromHexString("3b8000000000000000")).ReadInt64());
        Assert.Throws<CborFormatException>(() => new DagCborReader(Convert.FromHexString("1b8000000000000000")).ReadInt64());
    }

    [Fact]
    public void Random_bytes_are_read_or_refused_as_one_typed_error()
    {
        byte[] message = GoldenChain.Messages().First(m => m.Method == "PreCommitSector").Bytes;
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<byte>(), (noise, at, flip) =>
        {
            byte[] mutated = [.. message];
            mutated[(at & int.MaxValue) % mutated.Length] ^= flip;
            return ReadsOrRefuses(noise) && ReadsOrRefuses(mutated) && ReadsOrRefuses(message.AsSpan(0, (at & int.MaxValue) % message.Length));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static bool ReadsOrRefuses(ReadOnlySpan<byte> bytes)
    {
        try
        {
            DagCbor.Validate(bytes);
        }
        catch (CborFormatException)
        {
        }

        try
        {
            return DagCbor.Encode(DagCbor.Decode<Message>(bytes)).AsSpan().SequenceEqual(bytes);
        }
        catch (CborFormatException)
        {
            return true;
        }
    }
}
