using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>Coefficients that gadgets use over and over.</summary>
internal static class Coefficients
{
    private static readonly Fr[] PowersOfTwo = MakePowersOfTwo();

    /// <summary>−1.</summary>
    public static readonly Fr MinusOne = -Fr.One;

    /// <summary>2.</summary>
    public static readonly Fr Two = Fr.One.Double();

    /// <summary>−2.</summary>
    public static readonly Fr MinusTwo = -Two;

    /// <summary>2^0 to 2^254.</summary>
    public static ReadOnlySpan<Fr> PowerOfTwo => PowersOfTwo;

    private static Fr[] MakePowersOfTwo()
    {
        var powers = new Fr[Fr.ModulusBits];
        powers[0] = Fr.One;
        for (int i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1].Double();
        }
        return powers;
    }
}
