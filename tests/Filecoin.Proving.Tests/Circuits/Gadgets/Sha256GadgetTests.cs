using System.Security.Cryptography;
using Filecoin.Proving.Circuits.Gadgets;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Circuits.Gadgets;

public sealed class Sha256GadgetTests
{
    [Fact]
    public void Digest_is_sha256_of_messages_of_every_padding() =>
        Prop.ForAll(
            Gen.Choose(0, 130).SelectMany(Generators.Bytes).ToArbitrary(),
            message =>
            {
                var cs = new RecordedSystem();
                Bit[] digest = Hash(ref cs, Generators.Allocate(ref cs, message));
                Assert.Equal(SHA256.HashData(message), Generators.ToBytes(digest));
                Assert.Null(cs.FirstBroken());
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(12));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(64, 44_874)]
    public void Constraints_are_as_many_as_the_official_gadget_has(int bytes, int expected)
    {
        var cs = new RecordedSystem();
        Bit[] message = Generators.Allocate(ref cs, new byte[bytes]);
        int before = cs.Constraints;
        Hash(ref cs, message);
        Assert.Equal(expected, cs.Constraints - before);
    }

    [Fact]
    public void No_variable_is_free()
    {
        var cs = new RecordedSystem();
        Hash(ref cs, Generators.Allocate(ref cs, "a message of thirty-two bytes..."u8.ToArray()));
        cs.AssertSound();
    }

    private static Bit[] Hash(ref RecordedSystem cs, Bit[] message)
    {
        var digest = new Bit[Sha256Gadget.DigestBits];
        Sha256Gadget.Hash(ref cs, message, digest);
        return digest;
    }
}
