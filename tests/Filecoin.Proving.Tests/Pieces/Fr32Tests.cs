using System.Numerics;
using Filecoin.Proving.Pieces;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Pieces;

public class Fr32Tests
{
    [Fact]
    public void Padding_is_254_bits_in_every_32_bytes() =>
        Prop.ForAll(Units(), data =>
        {
            var padded = new byte[data.Length / 127 * 128];
            Fr32.Pad(data, padded);
            Assert.Equal(ByDefinition(data), padded);
            var back = new byte[data.Length];
            Fr32.Unpad(padded, back);
            Assert.Equal(data, back);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Data_of_any_length_is_padded_as_if_zeros_followed() =>
        Prop.ForAll<byte[]>(data =>
        {
            var whole = new byte[(data.Length + 126) / 127 * 127];
            data.CopyTo(whole, 0);
            var padded = new byte[Fr32.PaddedLength(data.Length)];
            Array.Fill(padded, (byte)0xee);
            Fr32.PadToEnd(data, padded);
            Assert.Equal(ByDefinition(whole), padded);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void All_ones_leave_the_top_two_bits_clear()
    {
        var data = Enumerable.Repeat((byte)0xff, 254).ToArray();
        var padded = new byte[256];
        Fr32.Pad(data, padded);
        Assert.Equal(Enumerable.Range(0, 256).Select(i => (byte)(i % 32 == 31 ? 0x3f : 0xff)), padded);
    }

    [Fact]
    public void Unpadding_drops_the_top_two_bits_whatever_they_are()
    {
        var padded = Enumerable.Repeat((byte)0xff, 128).ToArray();
        var data = new byte[127];
        Fr32.Unpad(padded, data);
        Assert.All(data, b => Assert.Equal(0xff, b));
    }

    [Theory]
    [InlineData(126, 128)]
    [InlineData(127, 127)]
    [InlineData(254, 128)]
    [InlineData(0, 128)]
    public void Lengths_that_do_not_fit_are_refused(int data, int padded)
    {
        Assert.Throws<ArgumentException>(() => Fr32.Pad(new byte[data], new byte[padded]));
        Assert.Throws<ArgumentException>(() => Fr32.Unpad(new byte[padded], new byte[data]));
    }

    [Fact]
    public void Overlapping_spans_are_refused()
    {
        var buffer = new byte[256];
        Assert.Throws<ArgumentException>(() => Fr32.Pad(buffer.AsSpan(0, 127), buffer.AsSpan(64, 128)));
        Assert.Throws<ArgumentException>(() => Fr32.Unpad(buffer.AsSpan(0, 128), buffer.AsSpan(0, 127)));
        Assert.Throws<ArgumentException>(() => Fr32.PadToEnd(buffer.AsSpan(0, 10), buffer.AsSpan(64, 127)));
    }

    [Fact]
    public void The_streams_are_the_transforms_in_reads_of_any_size() =>
        Prop.ForAll(
            Gen.Choose(0, 200_000).ToArbitrary(), Gen.Choose(1, 70_000).ToArbitrary(),
            (length, step) =>
            {
                var data = Pattern(length);
                var padded = new byte[Fr32.PaddedLength(length)];
                Fr32.PadToEnd(data, padded);
                Assert.Equal(padded, ReadInSteps(new Fr32PaddingStream(new MemoryStream(data)), step));
                var back = ReadInSteps(new Fr32UnpaddingStream(new MemoryStream(padded)), step);
                Assert.Equal(data, back[..length]);
                Assert.False(back.AsSpan(length).ContainsAnyExcept((byte)0));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task The_streams_read_asynchronously()
    {
        var data = Pattern(100_000);
        var back = new MemoryStream();
        await new Fr32UnpaddingStream(new Fr32PaddingStream(new MemoryStream(data))).CopyToAsync(back);
        Assert.Equal(data, back.ToArray()[..data.Length]);
    }

    [Fact]
    public void Padded_data_that_ends_within_a_unit_is_refused()
    {
        using var stream = new Fr32UnpaddingStream(new MemoryStream(new byte[200]));
        Assert.Throws<EndOfStreamException>(() => stream.Read(new byte[127]));
    }

    internal static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 2654435761L) >> 13))];

    private static Arbitrary<byte[]> Units() =>
        (from count in Gen.Choose(1, 6)
         from bytes in Gen.Choose(0, 255).ArrayOf(count * 127)
         select bytes.Select(b => (byte)b).ToArray()).ToArbitrary();

    private static byte[] ByDefinition(byte[] data)
    {
        var number = new BigInteger(data, isUnsigned: true);
        var mask = (BigInteger.One << 254) - 1;
        var padded = new byte[data.Length / 127 * 128];
        for (var node = 0; node < padded.Length / 32; node++)
            ((number >> (254 * node)) & mask).TryWriteBytes(padded.AsSpan(node * 32, 32), out _, isUnsigned: true);
        return padded;
    }

    private static byte[] ReadInSteps(Stream stream, int step)
    {
        using var result = new MemoryStream();
        var buffer = new byte[step];
        for (int read; (read = stream.Read(buffer)) > 0;)
            result.Write(buffer, 0, read);
        return result.ToArray();
    }
}
