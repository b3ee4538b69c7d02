using System.Security.Cryptography;
using Filecoin.Native.Fields;
using Filecoin.Proving.Groth16;

namespace Filecoin.Proving.Tests.Groth16;

public sealed class RandomnessTests
{
    [Fact]
    public void Draws_are_canonical_and_differ()
    {
        var drawn = new HashSet<Fr>();
        for (int i = 0; i < 200; i++)
        {
            var (r, s) = Groth16Randomness.Secure.Next();
            Assert.True(drawn.Add(r));
            Assert.True(drawn.Add(s));
        }
    }

    [Fact]
    public void A_draw_above_the_modulus_is_drawn_again_and_zero_too()
    {
        var randomness = new Groth16Randomness(new Scripted([.. Enumerable.Repeat((byte)0xFF, 32), .. new byte[32], 5, .. new byte[31], 6, .. new byte[31]]));
        Assert.Equal((Fr.FromUInt64(5), Fr.FromUInt64(6)), randomness.Next());
    }

    private sealed class Scripted(byte[] script) : RandomNumberGenerator
    {
        private int _at;

        public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

        public override void GetBytes(Span<byte> data)
        {
            script.AsSpan(_at, data.Length).CopyTo(data);
            _at += data.Length;
        }
    }
}
