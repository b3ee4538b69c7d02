using Filecoin.Native.Fields;

namespace Filecoin.Proving.Aggregation;

/// <summary>
/// The polynomial f(X) = Π (1 + xⱼ·(sX)^(2ʲ)) whose value at the secret is the exponent of a folded key: xⱼ are the rounds' challenges (or
/// their inverses), the last round's first, and s undoes what a key was scaled by (SnarkPack, eprint 2021/529, §3.3).
/// </summary>
internal static class KeyPolynomial
{
    /// <summary>f(<paramref name="z"/>), in as many steps as there are rounds.</summary>
    public static Fr Evaluate(ReadOnlySpan<Fr> challenges, Fr z, Fr shift)
    {
        var (value, power) = (Fr.One, z * shift);
        foreach (var challenge in challenges)
        {
            value *= Fr.One + (challenge * power);
            power = power.Square();
        }
        return value;
    }

    /// <summary>f's 2^rounds coefficients, lowest first.</summary>
    public static Fr[] Coefficients(ReadOnlySpan<Fr> challenges, Fr shift)
    {
        var coefficients = new Fr[1 << challenges.Length];
        coefficients[0] = Fr.One;
        var power = shift;
        for (int j = 0; j < challenges.Length; j++)
        {
            var known = 1 << j;
            FrBatch.Scale(coefficients.AsSpan(0, known), challenges[j] * power, coefficients.AsSpan(known, known));
            power = power.Square();
        }
        return coefficients;
    }

    /// <summary>The coefficients of (f(X) − f(z)) / (X − z), by Horner: one fewer than f's.</summary>
    public static Fr[] Quotient(ReadOnlySpan<Fr> coefficients, Fr z)
    {
        var quotient = new Fr[coefficients.Length - 1];
        var carry = Fr.Zero;
        for (int i = quotient.Length - 1; i >= 0; i--) quotient[i] = carry = coefficients[i + 1] + (z * carry);
        return quotient;
    }
}
