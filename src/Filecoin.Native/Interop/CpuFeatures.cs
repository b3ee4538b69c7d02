namespace Filecoin.Native.Interop;

/// <summary>Instruction-set extensions that kernels have paths for, as found by CPUID with the operating system's support for their registers.</summary>
[Flags]
public enum CpuFeatures : ulong
{
    /// <summary>None, or the native library is not loaded.</summary>
    None = 0,

    /// <summary>SSSE3 and SSE4.1.</summary>
    Sse41 = 1 << 0,

    /// <summary>AVX2, with the YMM registers enabled by the operating system.</summary>
    Avx2 = 1 << 1,

    /// <summary>BMI1 and BMI2 (MULX, RORX).</summary>
    Bmi2 = 1 << 2,

    /// <summary>ADCX and ADOX.</summary>
    Adx = 1 << 3,

    /// <summary>The SHA extensions (SHA-NI).</summary>
    ShaNi = 1 << 4,

    /// <summary>AVX-512 F, DQ, BW and VL, with the ZMM registers enabled by the operating system.</summary>
    Avx512 = 1 << 5,

    /// <summary>AVX-512 IFMA: 52-bit multiply and add.</summary>
    Avx512Ifma = 1 << 6,

    /// <summary>AVX-512 VBMI and VBMI2: byte permutes and concatenated shifts.</summary>
    Avx512Vbmi2 = 1 << 7,

    /// <summary>
    /// Instructions of the legacy SSE encoding, as all of SHA-NI are, may stand among AVX instructions on wide registers at no cost. Told by the vendor:
    /// AMD and Hygon. Elsewhere each turn between the two may cost hundreds of cycles, and kernels keep them apart.
    /// </summary>
    FreeMix = 1 << 8,
}
