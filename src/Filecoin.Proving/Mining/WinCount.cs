using System.Globalization;
using System.Numerics;
using Filecoin.Native.Hashing;

namespace Filecoin.Proving.Mining;

/// <summary>
/// How many blocks' worth of reward an election proof wins: the digest of the proof, as a number in [0, 1), is looked up in the inverted Poisson
/// distribution whose rate is the miner's share of the network's power times the expected blocks of an epoch (specification, Expected Consensus; lotus
/// <c>ElectionProof.ComputeWinCount</c>). All numbers are fixed-point with 256 bits after the point, so every node comes to the same count.
/// </summary>
public static class WinCount
{
    /// <summary>Expected blocks of an epoch.</summary>
    public const int BlocksPerEpoch = 5;

    /// <summary>Most that one proof can win.</summary>
    public const int Max = 3 * BlocksPerEpoch;

    private const int Precision = 256;

    // e^-x as a rational function, coefficients from the highest power down, with 128 bits after the point.
    private static readonly BigInteger[] Numerator = Coefficients(
        "-648770010757830093818553637600", "67469480939593786226847644286976", "-3197587544499098424029388939001856",
        "89244641121992890118377641805348864", "-1579656163641440567800982336819953664", "17685496037279256458459817590917169152",
        "-115682590513835356866803355398940131328", "340282366920938463463374607431768211456");

    private static readonly BigInteger[] Denominator = Coefficients(
        "1225524182432722209606361", "114095592300906098243859450", "5665570424063336070530214243", "194450132448609991765137938448",
        "5068267641632683791026134915072", "104716890604972796896895427629056", "1748338658439454459487681798864896",
        "23704654329841312470660182937960448", "259380097567996910282699886670381056", "2250336698853390384720606936038375424",
        "14978272436876548034486263159246028800", "72144088983913131323343765784380833792", "224599776407103106596571252037123047424",
        "340282366920938463463374607431768211456");

    /// <summary>Wins of an election proof.</summary>
    /// <param name="vrfProof">The election proof's VRF.</param>
    /// <param name="power">The miner's quality-adjusted power.</param>
    /// <param name="totalPower">The network's; above zero.</param>
    /// <returns>0 to <see cref="Max"/>.</returns>
    public static int Of(ReadOnlySpan<byte> vrfProof, BigInteger power, BigInteger totalPower)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(power);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalPower);
        Span<byte> digest = stackalloc byte[32];
        Blake2b.Hash256(vrfProof, digest);
        var drawn = new BigInteger(digest, isUnsigned: true, isBigEndian: true);
        int count = 0;
        foreach (BigInteger tail in Tails((power * BlocksPerEpoch << Precision) / totalPower))
        {
            if (count == Max || drawn >= tail)
                break;
            count++;
        }

        return count;
    }

    /// <summary>The probabilities of more than 0, 1, 2, … wins at a rate.</summary>
    internal static IEnumerable<BigInteger> Tails(BigInteger rate)
    {
        BigInteger exactly = ExpOfMinus(rate), tail = (BigInteger.One << Precision) - exactly;
        yield return tail;
        for (int k = 1; ; k++)
        {
            exactly = (FloorDivide(exactly, k) * rate) >> Precision;
            yield return tail -= exactly;
        }
    }

    internal static BigInteger ExpOfMinus(BigInteger x) => FloorDivide(Evaluate(Numerator, x) << Precision, Evaluate(Denominator, x));

    private static BigInteger Evaluate(BigInteger[] coefficients, BigInteger x)
    {
        BigInteger value = coefficients[0];
        foreach (BigInteger coefficient in coefficients.AsSpan(1))
            value = ((value * x) >> Precision) + coefficient;
        return value;
    }

    // Shifts round down, and so must divisions: the reference divides with a remainder that is never negative.
    private static BigInteger FloorDivide(BigInteger value, BigInteger by)
    {
        (BigInteger quotient, BigInteger remainder) = BigInteger.DivRem(value, by);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }

    private static BigInteger[] Coefficients(params string[] values) =>
        [.. values.Select(value => BigInteger.Parse(value, CultureInfo.InvariantCulture) << (Precision - 128))];
}
