using Filecoin.Native.Fields;
using Filecoin.Proving.Aggregation;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Aggregation;

/// <summary>The folded keys' polynomial against its definition.</summary>
public sealed class KeyPolynomialTests
{
    private static readonly Gen<Fr> Element = Gen.ArrayOf(Gen.Choose(0, 255), Fr.Size).Select(values =>
    {
        byte[] bytes = [.. values.Select(value => (byte)value)];
        bytes[^1] &= 0x3F;
        return Fr.Read(bytes);
    });

    private static readonly Arbitrary<(Fr[] Challenges, Fr Z, Fr Shift)> Cases = (
        from rounds in Gen.Choose(1, 6)
        from challenges in Gen.ArrayOf(Element, rounds)
        from z in Element
        from shift in Element
        select (challenges, z, shift)).ToArbitrary();

    [Fact]
    public void Coefficients_and_product_have_the_same_value() => Prop.ForAll(Cases, entry =>
    {
        var (challenges, z, shift) = entry;
        var coefficients = KeyPolynomial.Coefficients(challenges, shift);
        Assert.Equal(1 << challenges.Length, coefficients.Length);
        Assert.Equal(Value(coefficients, z), KeyPolynomial.Evaluate(challenges, z, shift));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_quotient_times_its_divisor_is_what_was_divided() => Prop.ForAll(Cases, Element.ToArbitrary(), (entry, x) =>
    {
        var (challenges, z, shift) = entry;
        var f = KeyPolynomial.Coefficients(challenges, shift);
        var quotient = KeyPolynomial.Quotient(f, z);
        Assert.Equal(f.Length - 1, quotient.Length);
        Assert.Equal(Value(f, x) - Value(f, z), Value(quotient, x) * (x - z));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_vector_of_powers_folds_into_the_polynomial_s_value() => Prop.ForAll(Cases, entry =>
    {
        // The last challenge is the first of the polynomial's list, as in the openings of the keys.
        var (challenges, z, shift) = entry;
        var vector = new Fr[1 << challenges.Length];
        for (int i = 0; i < vector.Length; i++) vector[i] = (z * shift).Pow((ulong)i);
        foreach (var challenge in challenges.Reverse()) vector = Folding.Fold(vector, challenge);
        Assert.Equal(KeyPolynomial.Evaluate(challenges, z, shift), vector[0]);
    }).QuickCheckThrowOnFailure();

    private static Fr Value(ReadOnlySpan<Fr> coefficients, Fr x)
    {
        var value = Fr.Zero;
        for (int i = coefficients.Length - 1; i >= 0; i--) value = (value * x) + coefficients[i];
        return value;
    }
}
