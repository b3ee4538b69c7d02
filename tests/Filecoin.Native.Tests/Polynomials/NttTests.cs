using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Polynomials;
using Filecoin.Native.Reference;
using Filecoin.Native.Tests.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Polynomials;

public sealed class NttTests
{
    public static TheoryData<Form, int> SmallSizes => Sizes(0, 9);

    public static TheoryData<Form, int> AllSizes => Sizes(0, 15);

    [Theory, MemberData(nameof(SmallSizes))]
    public void The_transform_is_its_definition(Form form, int logSize)
    {
        using var ntt = new Ntt(form.Of(), logSize);
        Prop.ForAll(Points(logSize), coefficients =>
        {
            Fr[] expected = NttReference.TransformByDefinition(coefficients, Fr.RootOfUnityOfOrder(logSize));
            AssertTransform(ntt.Forward, coefficients, expected);
            AssertTransform(ntt.Inverse, expected, coefficients);

            Fr[] shifted = [.. coefficients.Select((c, n) => c * Fr.MultiplicativeGenerator.Pow((ulong)n))];
            expected = NttReference.TransformByDefinition(shifted, Fr.RootOfUnityOfOrder(logSize));
            AssertTransform(ntt.ForwardCoset, coefficients, expected);
            AssertTransform(ntt.InverseCoset, expected, coefficients);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(logSize > 6 ? 2 : 10));
    }

    [Theory, MemberData(nameof(AllSizes))]
    public void Every_form_equals_the_reference_and_undoes_itself(Form form, int logSize)
    {
        using var ntt = new Ntt(form.Of(), logSize);
        using var reference = new Ntt(FieldForm.Managed, logSize);
        Fr[] points = Pseudorandom(1 << logSize, 1);
        foreach (int parallelism in (int[])[1, 3])
        {
            AssertEqual(reference.Forward, ntt.Forward, points, parallelism);
            AssertEqual(reference.Inverse, ntt.Inverse, points, parallelism);
            AssertEqual(reference.ForwardCoset, ntt.ForwardCoset, points, parallelism);
            AssertEqual(reference.InverseCoset, ntt.InverseCoset, points, parallelism);
        }
    }

    /// <summary>The largest elements everywhere drive lazily reduced sums to their bounds.</summary>
    [Theory, MemberData(nameof(AllSizes))]
    public void Extreme_points_transform_alike(Form form, int logSize)
    {
        using var ntt = new Ntt(form.Of(), logSize);
        using var reference = new Ntt(FieldForm.Managed, logSize);
        Fr largest = new(Fr.R0 - 1, Fr.R1, Fr.R2, Fr.R3);
        Fr[] points = new Fr[1 << logSize];
        points.AsSpan().Fill(largest);
        AssertEqual(reference.Forward, ntt.Forward, points, 1);
        AssertEqual(reference.ForwardCoset, ntt.ForwardCoset, points, 1);
        AssertEqual(reference.Inverse, ntt.Inverse, points, 1);
        AssertEqual(reference.InverseCoset, ntt.InverseCoset, points, 1);
        for (int n = 1; n < points.Length; n += 2)
        {
            points[n] = Fr.Zero;
        }
        AssertEqual(reference.Forward, ntt.Forward, points, 1);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(18)]
    public void Medium_transforms_evaluate_the_polynomial(int logSize) => AssertEvaluates(logSize);

    /// <summary>Sizes of circuits, odd and even.</summary>
    [SlowTheory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(25)]
    public void Large_transforms_evaluate_the_polynomial(int logSize) => AssertEvaluates(logSize);

    [Theory, MemberData(nameof(Forms.Available), MemberType = typeof(Forms))]
    public void A_product_of_polynomials_comes_from_their_values(Form form) =>
        Prop.ForAll(Points(5), Points(5), (a, b) =>
        {
            Fr[] expected = new Fr[64];
            for (int i = 0; i < 32; i++)
            {
                for (int j = 0; j < 32; j++)
                {
                    expected[i + j] += a[i] * b[j];
                }
            }
            using var ntt = new Ntt(form.Of(), 6);
            Fr[] x = [.. a, .. new Fr[32]], y = [.. b, .. new Fr[32]];
            ntt.ForwardCoset(x);
            ntt.ForwardCoset(y);
            FrVector.Multiply(x, y);
            ntt.InverseCoset(x);
            Assert.Equal(expected, x);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Theory, MemberData(nameof(Forms.Available), MemberType = typeof(Forms))]
    public void The_quotient_on_the_coset_is_the_polynomial_division(Form form)
    {
        // (a·b − c) for c = a·b on the domain is divisible by x^N − 1; the quotient times it gives the product back.
        const int LogSize = 8, Size = 1 << LogSize;
        using var ntt = new Ntt(form.Of(), LogSize);
        Fr[] a = Pseudorandom(Size, 2), b = Pseudorandom(Size, 3), c = new Fr[Size];
        FrBatch.Multiply(a, b, c);
        Fr[] x = [.. a], y = [.. b], z = [.. c];
        foreach (Fr[] values in (Fr[][])[x, y, z])
        {
            ntt.Inverse(values);
            ntt.ForwardCoset(values);
        }
        ntt.QuotientOnCoset(x, y, z, parallelism: 2);
        ntt.InverseCoset(x);
        Assert.True(x[Size - 1].IsZero);

        Fr point = Pseudorandom(1, 4)[0];
        Fr vanishing = point.Pow(Size) - Fr.One;
        foreach (Fr[] values in (Fr[][])[a, b, c])
        {
            ntt.Inverse(values);
        }
        Assert.Equal(Evaluate(a, point) * Evaluate(b, point) - Evaluate(c, point), Evaluate(x, point) * vanishing);
        Assert.Equal(Fr.MultiplicativeGenerator.Pow(Size) - Fr.One, ntt.VanishingOnCoset);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(65, 128)]
    public void The_least_size_that_holds_the_points_is_taken(long points, int size)
    {
        using Ntt ntt = Ntt.ForAtLeast(points);
        Assert.Equal(size, ntt.Size);
        Assert.Equal(Fr.One, ntt.InverseSize * Fr.FromUInt64((ulong)size));
    }

    [Fact]
    public void Wrong_sizes_and_degrees_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ntt(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ntt(28));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ntt.ForAtLeast(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ntt.ForAtLeast((1L << 27) + 1));
        using var ntt = new Ntt(6);
        Assert.Throws<ArgumentException>(() => ntt.Forward(new Fr[63]));
        Assert.Throws<ArgumentException>(() => ntt.QuotientOnCoset(new Fr[64], new Fr[64], new Fr[65]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ntt.Forward(new Fr[64], parallelism: 0));
    }

    [Fact]
    public void A_cancelled_transform_throws()
    {
        using var ntt = new Ntt(8);
        Assert.ThrowsAny<OperationCanceledException>(() => ntt.Forward(new Fr[256], 1, new CancellationToken(true)));
        Assert.ThrowsAny<OperationCanceledException>(() => ntt.Forward(new Fr[256], 2, new CancellationToken(true)));
    }

    /// <summary>One instance serves several threads at once.</summary>
    [Fact]
    public void Transforms_run_side_by_side()
    {
        using var ntt = new Ntt(10);
        Fr[] points = Pseudorandom(1024, 5), expected = [.. points];
        ntt.Forward(expected);
        Parallel.For(0, 8, _ =>
        {
            Fr[] mine = [.. points];
            ntt.Forward(mine);
            Assert.Equal(expected, mine);
        });
    }

    internal static Fr[] Pseudorandom(int count, ulong seed)
    {
        var values = new Fr[count];
        values.AsSpan().Fill(Fr.FromUInt64(seed) + Fr.RootOfUnity);
        FrBatch.ScalePowers(values, Fr.RootOfUnity.Double(), Fr.MultiplicativeGenerator.Pow(ulong.MaxValue));
        return values;
    }

    private delegate void Transform(Span<Fr> points, int parallelism, CancellationToken cancellation);

    private static TheoryData<Form, int> Sizes(int first, int last)
    {
        var data = new TheoryData<Form, int>();
        foreach (FieldForm form in FieldForms.Available)
        {
            for (int logSize = first; logSize <= last; logSize++)
            {
                data.Add((Form)form, logSize);
            }
        }
        return data;
    }

    private static Arbitrary<Fr[]> Points(int logSize) => Arb.From(Gen.ArrayOf(FrGen.Element, 1 << logSize));

    private static void AssertTransform(Transform transform, Fr[] input, Fr[] expected)
    {
        Fr[] points = [.. input];
        transform(points, 1, default);
        Assert.Equal(expected, points);
    }

    private static void AssertEqual(Transform reference, Transform transform, Fr[] input, int parallelism)
    {
        Fr[] expected = [.. input], points = [.. input];
        reference(expected, 1, default);
        transform(points, parallelism, default);
        Assert.True(expected.AsSpan().SequenceEqual(points));
    }

    /// <summary>Outputs at chosen places against Horner's rule, and the way back.</summary>
    private static void AssertEvaluates(int logSize)
    {
        using var ntt = new Ntt(logSize);
        using MemoryRegion coefficients = MemoryRegion.Allocate((long)Fr.Size << logSize), values = MemoryRegion.Allocate((long)Fr.Size << logSize);
        Span<Fr> input = coefficients.Elements<Fr>(0, ntt.Size), points = values.Elements<Fr>(0, ntt.Size);
        // The largest elements, with a few others among them.
        input.Fill(new(Fr.R0 - 1, Fr.R1, Fr.R2, Fr.R3));
        FrVector.DistributePowers(input[(ntt.Size / 2)..], Fr.RootOfUnity.Double(), parallelism: 2);
        foreach (bool coset in (bool[])[false, true])
        {
            input.CopyTo(points);
            (coset ? (Transform)ntt.ForwardCoset : ntt.Forward)(points, 2, default);
            foreach (int k in (int[])[0, 1, ntt.Size / 2, ntt.Size / 3, ntt.Size - 1])
            {
                Fr at = ntt.Root.Pow((ulong)k) * (coset ? Fr.MultiplicativeGenerator : Fr.One), expected = Fr.Zero;
                for (int n = input.Length - 1; n >= 0; n--)
                {
                    expected = expected * at + input[n];
                }
                Assert.Equal(expected, points[k]);
            }
            (coset ? (Transform)ntt.InverseCoset : ntt.Inverse)(points, 2, default);
            Assert.True(input.SequenceEqual(points));
        }
    }

    private static Fr Evaluate(Fr[] coefficients, Fr point) =>
        Enumerable.Reverse(coefficients).Aggregate(Fr.Zero, (sum, coefficient) => sum * point + coefficient);
}
