using System.Numerics;

namespace Filecoin.ChainCo.Chain;

/// <summary>
/// How often an election proof wins: the hash of its VRF proof against the Poisson distribution whose rate is the miner's share of five
/// wins an epoch (FIP-0010; lotus <c>chain/types/electionproof.go</c>). Fixed-point numbers of 256 fractional bits, so that every node counts alike.
/// </summary>
public static class ElectionWins
{
    /// <summary>Wins of all miners together that an epoch has on average.</summary>
    public const int ExpectedPerEpoch = 5;

    /// <summary>Most wins of one proof.</summary>
    public const int Max = 3 * ExpectedPerEpoch;

    private const int Precision = 256;

    // The rational function by which all nodes approximate e^-x, highest power first, scaled by 2^128.
    private static readonly BigInteger[] Numerator = Scaled(
        "-648770010757830093818553637600",
        "67469480939593786226847644286976",
        "-3197587544499098424029388939001856",
        "89244641121992890118377641805348864",
        "-1579656163641440567800982336819953664",
        "17685496037279256458459817590917169152",
        "-115682590513835356866803355398940131328",
        "340282366920938463463374607431768211456");

    private static readonly BigInteger[] Denominator = Scaled(
        "1225524182432722209606361",
        "114095592300906098243859450",
        "5665570424063336070530214243",
        "194450132448609991765137938448",
        "5068267641632683791026134915072",
        "104716890604972796896895427629056",
        "1748338658439454459487681798864896",
        "23704654329841312470660182937960448",
        "259380097567996910282699886670381056",
        "2250336698853390384720606936038375424",
        "14978272436876548034486263159246028800",
        "72144088983913131323343765784380833792",
        "224599776407103106596571252037123047424",
        "340282366920938463463374607431768211456");

    /// <summary>The wins of a proof, 0 to 15.</summary>
    /// <param name="vrfProof">The election's VRF proof.</param>
    /// <param name="power">The miner's quality-adjusted power.</param>
    /// <param name="totalPower">The network's, positive.</param>
    public static int Count(ReadOnlySpan<byte> vrfProof, BigInteger power, BigInteger totalPower)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(power);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalPower);
        var drawn = new BigInteger(Blake2b.Hash256(vrfProof), isUnsigned: true, isBigEndian: true);
        BigInteger rate = ((power * ExpectedPerEpoch) << Precision) / totalPower;
        BigInteger probability = ExpNegative(rate);
        BigInteger above = (BigInteger.One << Precision) - probability;
        int wins = 0;
        while (wins < Max && drawn < above)
        {
            wins++;
            probability = ((probability / wins) * rate) >> Precision;
            above -= probability;
        }

        return wins;
    }

    private static BigInteger ExpNegative(BigInteger x) => FloorDivide(Evaluate(Numerator, x) << Precision, Evaluate(Denominator, x));

    private static BigInteger Evaluate(BigInteger[] coefficients, BigInteger x)
    {
        BigInteger result = coefficients[0];
        foreach (BigInteger coefficient in coefficients.AsSpan(1))
            result = ((result * x) >> Precision) + coefficient;
        return result;
    }

    // The reference divides as Euclid does: for a positive divisor that is rounding down.
    private static BigInteger FloorDivide(BigInteger dividend, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(dividend, divisor, out BigInteger remainder);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }

    private static BigInteger[] Scaled(params string[] coefficients) =>
        [.. coefficients.Select(text => BigInteger.Parse(text, System.Globalization.CultureInfo.InvariantCulture) << (Precision - 128))];
}
