using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Hashing;

public class Blake2bTests
{
    [Fact]
    public void Abc_of_rfc_7693_appendix_a()
    {
        var digest = new byte[64];
        Blake2b.Hash512("abc"u8, digest);
        Assert.Equal(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            Hex.Of(digest));
    }

    [Theory]
    [InlineData("", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")]
    [InlineData("616263", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")]
    public void Published_256_bit_digests(string message, string expected)
    {
        var digest = new byte[32];
        Blake2b.Hash256(Hex.Bytes(message), digest);
        Assert.Equal(expected, Hex.Of(digest));
    }

    /// <summary>The self-test of RFC 7693 appendix E: six message lengths by four digest lengths, without and with a key, folded into one digest.</summary>
    [Fact]
    public void Self_test_of_rfc_7693_appendix_e()
    {
        var fold = new Blake2bStream(32);
        foreach (var size in new[] { 20, 32, 48, 64 })
        {
            foreach (var length in new[] { 0, 3, 128, 129, 255, 1024 })
            {
                var message = Sequence(length, (uint)length);
                var digest = new byte[size];
                Blake2b.Hash(message, digest);
                fold.Append(digest);

                Blake2b.HashKeyed(Sequence(size, (uint)size), message, digest);
                fold.Append(digest);
            }
        }

        var found = new byte[32];
        fold.Finish(found);
        Assert.Equal("c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475", Hex.Of(found));
    }

    [Fact]
    public void A_message_in_any_parts_has_one_digest()
    {
        var gen = from size in Gen.Choose(1, 64)
                  from lengths in Gen.Choose(0, 300).ArrayOf()
                  select (Size: size, Lengths: lengths);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            var message = Sequence(c.Lengths.Sum(), 7);
            var expected = new byte[c.Size];
            Blake2b.Hash(message, expected);

            var stream = new Blake2bStream(c.Size);
            stream.Append([9]);
            stream.Reset();
            var from = 0;
            foreach (var length in c.Lengths)
            {
                stream.Append(message.AsSpan(from, length));
                from += length;
            }

            var found = new byte[c.Size];
            stream.Finish(found);
            return found.AsSpan().SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Compression_in_use_equals_the_reference()
    {
        var gen = from state in Gen.Choose(int.MinValue, int.MaxValue).ArrayOf(8)
                  from blocks in Gen.Choose(0, 5)
                  from data in Gen.Choose(0, 255).ArrayOf(128 * blocks)
                  from length in Gen.Choose(0, int.MaxValue)
                  select (State: state.Select(s => unchecked((ulong)s * 0x9e3779b97f4a7c15)).ToArray(), Data: data.Select(d => (byte)d).ToArray(), Length: (ulong)length << 31);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            if (!Kernels.IsNative)
                return true;
            var expected = (ulong[])c.State.Clone();
            Blake2bReference.Blocks(expected, c.Data, c.Length);
            var found = (ulong[])c.State.Clone();
            Blake2bNative.Blocks(found, c.Data, c.Length);
            if (!found.AsSpan().SequenceEqual(expected) || c.Data.Length == 0)
                return found.AsSpan().SequenceEqual(expected);
            Blake2bReference.Compress(expected, c.Data.AsSpan(0, 128), c.Length, last: true);
            Blake2bNative.Last(found, c.Data.AsSpan(0, 128), c.Length);
            return found.AsSpan().SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Blake2b.Hash([], []));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash([], new byte[65]));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash256([], new byte[31]));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash512([], new byte[63]));
        Assert.Throws<ArgumentException>(() => new Blake2bStream(0));
        Assert.Throws<ArgumentException>(() => new Blake2bStream(65));
        Assert.Throws<ArgumentException>(() => new Blake2bStream(20).Finish(new byte[32]));
    }

    /// <summary>The deterministic sequence of RFC 7693 appendix E (Fibonacci generator).</summary>
    private static byte[] Sequence(int length, uint seed)
    {
        var a = 0xDEAD4BADu * seed;
        var b = 1u;
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            var t = a + b;
            a = b;
            b = t;
            bytes[i] = (byte)(t >> 24);
        }

        return bytes;
    }
}
