namespace Filecoin.Native.Fields;

/// <summary>Powers of 1 + u that the p-power map and the twist need, computed once from their definitions.</summary>
internal static class TowerConstants
{
    private static readonly ulong[] s_sixth = // (p − 1) / 6
        [0x49aa7ffffffff1c7, 0x051caaaa72e35555, 0xe688231ad3c82906, 0xe613e1eb7deb831f, 0x0c849bf3b5e1f223, 0x045582fc5eeaa66f];

    /// <summary>w^(p − 1) = (1 + u)^((p − 1) / 6).</summary>
    internal static readonly Fp2 FrobeniusW = Fp2.NonResidue.Pow(s_sixth);

    /// <summary>v^(p − 1) = (1 + u)^((p − 1) / 3).</summary>
    internal static readonly Fp2 FrobeniusV = FrobeniusW.Square();

    /// <summary>v^(2(p − 1)).</summary>
    internal static readonly Fp2 FrobeniusVSquare = FrobeniusV.Square();

    /// <summary>ψ's factor of x: 1 / (1 + u)^((p − 1) / 3).</summary>
    internal static readonly Fp2 PsiX = FrobeniusV.Inverse();

    /// <summary>ψ's factor of y: 1 / (1 + u)^((p − 1) / 2).</summary>
    internal static readonly Fp2 PsiY = (FrobeniusV * FrobeniusW).Inverse();
}
