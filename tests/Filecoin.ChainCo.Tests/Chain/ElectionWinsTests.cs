using System.Numerics;
using System.Security.Cryptography;
using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class ElectionWinsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5)]
    [InlineData(1, 100)]
    [InlineData(3, 4)]
    public void Wins_follow_the_Poisson_distribution(int power, int total)
    {
        double rate = 5.0 * power / total;
        var key = new byte[32];
        for (int i = 0; i < 500; i++)
        {
            BitConverter.TryWriteBytes(key, i);
            byte[] proof = SHA256.HashData(key);
            int wins = ElectionWins.Count(proof, power, total);

            // The same draw against the distribution in floating point; a draw within its error of a border may go either way.
            double drawn = (double)new BigInteger(Blake2b256(proof), isUnsigned: true, isBigEndian: true) / Math.Pow(2, 256);
            double probability = Math.Exp(-rate), above = 1 - probability;
            int expected = 0;
            bool close = Math.Abs(drawn - above) < 1e-9;
            while (drawn < above && expected < ElectionWins.Max)
            {
                expected++;
                probability *= rate / expected;
                above -= probability;
                close |= Math.Abs(drawn - above) < 1e-9;
            }

            Assert.True(close || wins == expected, $"draw {i}: {wins} wins, expected {expected}");
        }
    }

    [Fact]
    public void More_power_never_wins_less_and_none_wins_nothing()
    {
        for (byte i = 0; i < 50; i++)
        {
            byte[] proof = SHA256.HashData([i]);
            Assert.Equal(0, ElectionWins.Count(proof, 0, 10));
            int[] wins = [.. Enumerable.Range(0, 11).Select(power => ElectionWins.Count(proof, power, 10))];
            Assert.Equal(wins.Order(), wins);
            Assert.InRange(wins[^1], 0, ElectionWins.Max);
        }
    }

    [Fact]
    public void Everything_enters_drawn_randomness()
    {
        byte[] entropy = ChainRandomness.EntropyOf(Address.FromId(1000));
        Assert.Equal([0x43, 0x00, 0xe8, 0x07], entropy);
        byte[][] drawn =
        [
            ChainRandomness.Draw([1, 2], 5, 7, entropy),
            ChainRandomness.Draw([1, 3], 5, 7, entropy),
            ChainRandomness.Draw([1, 2], 6, 7, entropy),
            ChainRandomness.Draw([1, 2], 5, 8, entropy),
            ChainRandomness.Draw([1, 2], 5, 7, []),
        ];
        Assert.All(drawn, bytes => Assert.Equal(ChainRandomness.Size, bytes.Length));
        Assert.Equal(drawn.Length, drawn.Select(Convert.ToHexString).Distinct().Count());
    }

    // The digest of a ticket is BLAKE2b-256 of its proof.
    private static byte[] Blake2b256(byte[] proof) => new Ticket(proof).Digest();
}
