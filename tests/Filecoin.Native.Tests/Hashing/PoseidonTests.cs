using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;
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

    public static TheoryData<Form, int, int> Batches
    {
        get
        {
            var data = new TheoryData<Form, int, int>();
            foreach (FieldForm form in FieldForms.Available)
            {
                foreach ((int arity, int count) in ((int, int)[])
                    [(2, 1), (2, 7), (2, 29), (4, 9), (8, 8), (8, 16), (8, 41), (11, 19), (11, 24), (16, 17), (24, 9), (36, 18)])
                {
                    data.Add((Form)form, arity, count);
                }
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Batches))]
    public void Every_form_gives_the_reference_digests(Form form, int arity, int count) =>
        Prop.ForAll(Preimage(arity * count), elements =>
        {
            byte[] preimages = FrGen.Bytes(elements), digests = new byte[count * Poseidon.DigestSize];
            Poseidon.HashMany(form.Of(), arity, preimages, digests);
            Assert.Equal(Reference(arity, elements), digests);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4));

    [Theory, MemberData(nameof(Batches))]
    public void A_non_canonical_element_is_named(Form form, int arity, int count)
    {
        foreach (int bad in (int[])[0, arity * count / 2, arity * count - 1])
        {
            byte[] preimages = new byte[arity * count * Fr.Size];
            FrGen.Bytes(FrGen.Modulus).CopyTo(preimages, bad * Fr.Size);
            var error = Assert.Throws<NonCanonicalFieldElementException>(
                () => Poseidon.HashMany(form.Of(), arity, preimages, new byte[count * Poseidon.DigestSize]));
            Assert.Equal((long)bad * Fr.Size, error.Offset);
            Assert.Equal(Fr.ModulusHex, error.Found);
        }
    }

    /// <summary>Elements whose lazily reduced form is the largest, in every place.</summary>
    [Theory, MemberData(nameof(Arities))]
    public void Extreme_elements_hash_alike_in_every_form(int arity)
    {
        Fr[] extremes = [.. FrGen.EdgeIntegers.Select(FrGen.FromInteger)];
        Fr[] elements = [.. extremes.SelectMany(e => Enumerable.Repeat(e, arity))];
        byte[] expected = Reference(arity, elements), digests = new byte[expected.Length];
        foreach (FieldForm form in FieldForms.Available)
        {
            Poseidon.HashMany(form, arity, FrGen.Bytes(elements), digests);
            Assert.Equal(expected, digests);
        }
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

    private static byte[] Reference(int arity, Fr[] elements) =>
        FrGen.Bytes([.. elements.Chunk(arity).Select(preimage => PoseidonReference.Hash(PoseidonConstants.For(arity), preimage))]);
}
