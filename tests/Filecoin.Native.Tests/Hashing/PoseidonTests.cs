using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;
using Filecoin.Native.Reference;
using Filecoin.Native.Tests.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Hashing;

public sealed class PoseidonTests
{
    public static TheoryData<int> Arities => [.. PoseidonConstants.Arities];

    [Theory, MemberData(nameof(Arities))]
    public void The_cheaper_form_equals_the_definition(int arity)
    {
        PoseidonConstants constants = PoseidonConstants.For(arity);
        Prop.ForAll(Preimage(arity), preimage =>
        {
            Fr[] state = [constants.DomainTag, .. preimage];
            PoseidonReference.PermuteByDefinition(constants, state);
            Assert.Equal(state[1], Poseidon.Hash(preimage));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(arity > 11 ? 10 : 40));
    }

    /// <summary>The round numbers that the authors' script prints for these widths.</summary>
    [Theory]
    [InlineData(2, 55)]
    [InlineData(3, 55)]
    [InlineData(5, 56)]
    [InlineData(9, 57)]
    [InlineData(12, 57)]
    [InlineData(16, 59)]
    [InlineData(17, 59)]
    [InlineData(25, 59)]
    [InlineData(37, 60)]
    [InlineData(65, 61)]
    public void Round_numbers_are_those_of_the_script(int width, int partialRounds) =>
        Assert.Equal((8, partialRounds), PoseidonRoundNumbers.For(width));

    [Theory, MemberData(nameof(Arities))]
    public void The_matrix_is_invertible_and_symmetric(int arity)
    {
        FrMatrix mds = PoseidonMatrices.Cauchy(arity + 1);
        Assert.Equal(FrMatrix.Identity(arity + 1).Cells, (mds * mds.Inverse()).Cells);
        for (int i = 0; i <= arity; i++)
        {
            Assert.Equal(mds.Row(i).ToArray(), Enumerable.Range(0, arity + 1).Select(j => mds[j, i]));
        }
    }

    [Fact]
    public void A_singular_matrix_has_no_inverse() => Assert.Throws<ArithmeticException>(() => new FrMatrix(3).Inverse());

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 29)]
    [InlineData(4, 9)]
    [InlineData(8, 8)]
    [InlineData(8, 17)]
    [InlineData(11, 19)]
    [InlineData(16, 7)]
    [InlineData(24, 9)]
    [InlineData(36, 9)]
    public void Many_equals_each(int arity, int count) =>
        Prop.ForAll(Preimage(arity * count), elements =>
        {
            byte[] preimages = FrGen.Bytes(elements), digests = new byte[count * Poseidon.DigestSize], digest = new byte[Poseidon.DigestSize];
            Poseidon.HashMany(arity, preimages, digests);
            for (int i = 0; i < count; i++)
            {
                Fr expected = PoseidonReference.Hash(PoseidonConstants.For(arity), elements.AsSpan(i * arity, arity));
                Assert.Equal(expected, Fr.Read(digests.AsSpan(i * 32)));
                Poseidon.Hash(preimages.AsSpan(i * arity * 32, arity * 32), digest);
                Assert.Equal(digest, digests.AsSpan(i * 32, 32).ToArray());
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5));

    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(8, 17, 135)]
    [InlineData(11, 9, 0)]
    [InlineData(11, 9, 45)]
    public void A_non_canonical_element_is_named(int arity, int count, int bad)
    {
        byte[] preimages = new byte[arity * count * 32];
        FrGen.Bytes(FrGen.Modulus).CopyTo(preimages, bad * 32);
        var error = Assert.Throws<NonCanonicalFieldElementException>(() => Poseidon.HashMany(arity, preimages, new byte[count * 32]));
        Assert.Equal(bad * 32L, error.Offset);
        Assert.Equal(Fr.ModulusHex, error.Found);
    }

    [Fact]
    public void Wrong_arities_lengths_and_overlaps_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Poseidon.Hash(new Fr[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PoseidonConstants.For(0));
        Assert.Throws<ArgumentException>(() => Poseidon.Hash(new byte[63], new byte[32]));
        Assert.Throws<ArgumentException>(() => Poseidon.Hash(new byte[64], new byte[31]));
        Assert.Throws<ArgumentException>(() => Poseidon.HashMany(2, new byte[96], new byte[32]));
        byte[] bytes = new byte[96];
        Assert.Throws<ArgumentException>(() => Poseidon.HashMany(2, bytes.AsSpan(0, 64), bytes.AsSpan(32, 32)));
    }

    private static Arbitrary<Fr[]> Preimage(int length) => Arb.From(Gen.ArrayOf(FrGen.Element, length));
}
