using System.Security.Cryptography;
using System.Text;
using Filecoin.Native.Hashing;
using Filecoin.Native.Reference;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Hashing;

public class Sha256Tests
{
    /// <summary>FIPS 180-4 examples and NIST CAVP SHA256ShortMsg.</summary>
    public static readonly TheoryData<string, string> Messages = new()
    {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "616263", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        {
            "6162636462636465636465666465666765666768666768696768696a68696a6b696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        },
        { "d3", "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1" },
        { "11af", "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Digests_of_published_messages(string message, string digest)
    {
        var data = Hex.Bytes(message);
        var found = new byte[32];

        Sha256.Hash(data, found);
        Assert.Equal(digest, Hex.Of(found));

        var stream = new Sha256Stream();
        stream.Append(data);
        stream.Finish(found);
        Assert.Equal(digest, Hex.Of(found));
    }

    [Fact]
    public void A_million_letters_a()
    {
        var stream = new Sha256Stream();
        var part = Encoding.ASCII.GetBytes(new string('a', 1000));
        for (var i = 0; i < 1000; i++)
            stream.Append(part);
        var digest = new byte[32];
        stream.Finish(digest);
        Assert.Equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", Hex.Of(digest));
    }

    [Fact]
    public void Every_length_up_to_five_blocks_equals_the_platform()
    {
        var data = new byte[320];
        for (var i = 0; i < data.Length; i++)
            data[i] = (byte)(i * 167);
        var found = new byte[32];
        for (var length = 0; length <= data.Length; length++)
        {
            var expected = SHA256.HashData(data.AsSpan(0, length));
            Sha256.Hash(data.AsSpan(0, length), found);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void A_message_in_any_parts_has_one_digest()
    {
        Prop.ForAll<byte[][]>(parts =>
        {
            var stream = new Sha256Stream();
            stream.Append([1, 2, 3]);
            stream.Reset();
            foreach (var part in parts)
                stream.Append(part);
            var found = new byte[32];
            stream.Finish(found);
            return found.AsSpan().SequenceEqual(SHA256.HashData(parts.SelectMany(p => p).ToArray()));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Compression_in_use_equals_the_reference()
    {
        var gen = from state in Gen.Choose(int.MinValue, int.MaxValue).ArrayOf(8)
                  from blocks in Gen.Choose(0, 9)
                  from data in Gen.Choose(0, 255).ArrayOf(64 * blocks)
                  select (State: state.Select(s => (uint)s).ToArray(), Data: data.Select(d => (byte)d).ToArray());
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            var expected = (uint[])c.State.Clone();
            Sha256Reference.Compress(expected, c.Data);
            var found = (uint[])c.State.Clone();
            Sha256.Compress(found, c.Data);
            return found.AsSpan().SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    [InlineData(100)]
    public void Pairs_equal_the_platform(int count)
    {
        var pairs = new byte[64 * count];
        System.Security.Cryptography.RandomNumberGenerator.Fill(pairs);
        var whole = new byte[32 * count];
        var trimmed = new byte[32 * count];
        Sha256.HashPairs(pairs, whole);
        Sha256.HashPairs254(pairs, trimmed);
        for (var i = 0; i < count; i++)
        {
            var expected = SHA256.HashData(pairs.AsSpan(64 * i, 64));
            Assert.Equal(expected, whole.AsSpan(32 * i, 32).ToArray());
            expected[31] &= 0x3f;
            Assert.Equal(expected, trimmed.AsSpan(32 * i, 32).ToArray());
        }
    }

    [Fact]
    public void Pairs_write_no_byte_past_their_parents()
    {
        for (var count = 0; count < 40; count++)
        {
            var parents = new byte[(32 * count) + 64];
            parents.AsSpan().Fill(0xa5);
            Sha256.HashPairs(new byte[64 * count], parents.AsSpan(32, 32 * count));
            Assert.Equal(-1, parents.AsSpan(0, 32).IndexOfAnyExcept((byte)0xa5));
            Assert.Equal(-1, parents.AsSpan(32 + (32 * count)).IndexOfAnyExcept((byte)0xa5));
        }
    }

    [Fact]
    public void Wrong_lengths_and_overlaps_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Sha256.Hash([], new byte[31]));
        Assert.Throws<ArgumentException>(() => Sha256.Hash([], new byte[33]));
        Assert.Throws<ArgumentException>(() => Sha256.HashPairs(new byte[65], new byte[32]));
        Assert.Throws<ArgumentException>(() => Sha256.HashPairs(new byte[128], new byte[32]));
        Assert.Throws<ArgumentException>(() => Sha256.HashPairs254(new byte[64], new byte[64]));
        var shared = new byte[128];
        Assert.Throws<ArgumentException>(() => Sha256.HashPairs254(shared.AsSpan(0, 64), shared.AsSpan(63, 32)));
        Assert.Throws<ArgumentException>(() => new Sha256Stream().Finish(new byte[31]));
    }

    [Fact]
    public void A_digest_may_lie_in_its_message()
    {
        var data = new byte[100];
        RandomNumberGenerator.Fill(data);
        var expected = SHA256.HashData(data);
        Sha256.Hash(data, data.AsSpan(50, 32));
        Assert.Equal(expected, data.AsSpan(50, 32).ToArray());
    }
}
