namespace Filecoin.Native.Fields;

/// <summary>A field of the tower over <see cref="Fp"/>: what generic formulas need of it.</summary>
internal interface IField<T>
    where T : unmanaged, IField<T>
{
    static abstract T Zero { get; }

    static abstract T One { get; }

    bool IsZero { get; }

    static abstract T operator +(in T left, in T right);

    static abstract T operator -(in T left, in T right);

    static abstract T operator *(in T left, in T right);

    static abstract T operator -(in T value);

    T Square();

    T Double();

    T Inverse();
}

/// <summary>A field that one of the two curves y² = x³ + b is defined over: <see cref="Fp"/> for G1, <see cref="Fp2"/> for G2.</summary>
internal interface ICurveField<T> : IField<T>
    where T : unmanaged, ICurveField<T>
{
    /// <summary>Bytes of an encoded element.</summary>
    static abstract int EncodedSize { get; }

    /// <summary>The curve's b.</summary>
    static abstract T CurveB { get; }

    /// <summary>This times 3b, by additions alone.</summary>
    T TimesThreeB();

    /// <summary>A root of this, where it has one.</summary>
    bool TrySquareRoot(out T root);

    /// <summary>Whether the canonical integer is above its negation's; for <see cref="Fp2"/> the u coefficient decides first.</summary>
    bool IsLexicographicallyLargest { get; }

    static abstract bool TryReadBigEndian(ReadOnlySpan<byte> bytes, out T value);

    void WriteBigEndian(Span<byte> bytes);

    /// <summary><paramref name="left"/> where <paramref name="mask"/> is all ones, <paramref name="right"/> where it is zero, without a branch.</summary>
    static abstract T Select(ulong mask, in T left, in T right);
}
