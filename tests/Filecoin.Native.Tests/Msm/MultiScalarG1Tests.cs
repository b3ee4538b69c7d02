using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Msm;
using Filecoin.Native.Tests.Curves;

namespace Filecoin.Native.Tests.Msm;

public sealed class MultiScalarG1Tests
{
    public static TheoryData<int, ScalarKind> Cases
    {
        get
        {
            var cases = new TheoryData<int, ScalarKind>();
            foreach (int count in MsmCase.Counts)
            {
                foreach (ScalarKind kind in Enum.GetValues<ScalarKind>())
                {
                    cases.Add(count, kind);
                }
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_sum_is_that_of_the_products(int count, ScalarKind kind)
    {
        MsmCase c = MsmCase.Make(count, kind, (ulong)count);
        G1Projective expected = G1Affine.Generator * c.ExpectedLog;
        G1Affine[] points = c.PointsG1();
        Assert.Equal(expected, MultiScalar.MultiplyG1(G1Bases.FromPoints(points), c.Scalars));

        using MemoryRegion region = MemoryRegion.Allocate(7 + (long)count * G1Affine.UncompressedSize);
        for (int i = 0; i < count; i++)
        {
            points[i].WriteUncompressed(region.Span(7 + (long)i * G1Affine.UncompressedSize, G1Affine.UncompressedSize));
        }
        foreach (PointChecks checks in (PointChecks[])[PointChecks.None, PointChecks.OnCurve, PointChecks.Subgroup])
        {
            G1Bases bases = G1Bases.FromUncompressed(region, 7, count, checks);
            Assert.Equal(expected, MultiScalar.MultiplyG1(bases, c.Scalars, new MsmOptions { DegreeOfParallelism = 3 }));
        }
        using MemoryRegion scalars = MemoryRegion.Allocate((count + 1L) * Fr.Size);
        c.Canonical().CopyTo(scalars.Elements<Fr>(1, count));
        Assert.Equal(expected, MultiScalar.MultiplyG1(
            G1Bases.FromPoints(points), scalars, 1, new MsmOptions { ScalarForm = ScalarForm.Canonical }));
    }

    [Theory]
    [InlineData(ScalarKind.Uniform)]
    [InlineData(ScalarKind.Circuit)]
    [InlineData(ScalarKind.Ones)]
    [InlineData(ScalarKind.Cancelling)]
    public void Sums_of_many_terms_are_right_at_every_degree(ScalarKind kind)
    {
        MsmCase c = MsmCase.Make(MsmCase.Many, kind, 5);
        G1Projective expected = G1Affine.Generator * c.ExpectedLog;
        G1Bases bases = G1Bases.FromPoints(c.PointsG1());
        Assert.Equal(expected, MultiScalar.MultiplyG1(bases, c.Scalars));
        Assert.Equal(expected, MultiScalar.MultiplyG1(bases, c.Scalars, new MsmOptions { DegreeOfParallelism = 2 }));
        Assert.Equal(
            G1Affine.Generator * c.Log(100, 200), MultiScalar.MultiplyG1(bases.Slice(100, 200), c.Scalars.AsSpan(100, 200)));
    }

    [Fact]
    public void A_malformed_base_is_named_by_its_place()
    {
        using MemoryRegion region = MemoryRegion.Allocate(20L * G1Affine.UncompressedSize);
        for (int i = 0; i < 20; i++)
        {
            G1Affine.Generator.WriteUncompressed(region.Span(i * G1Affine.UncompressedSize, G1Affine.UncompressedSize));
        }
        CurveGen.OutsideG1(1).Single().WriteUncompressed(region.Span(11 * G1Affine.UncompressedSize, G1Affine.UncompressedSize));
        region.Span(17 * G1Affine.UncompressedSize, 1)[0] = 0x80;
        Fr[] ones = [.. Enumerable.Repeat(Fr.One, 20)];

        PointDecodingException e = Assert.Throws<PointDecodingException>(
            () => MultiScalar.MultiplyG1(G1Bases.FromUncompressed(region, 0, 20, PointChecks.Subgroup), ones));
        Assert.Equal((PointDecodingError.NotInSubgroup, 11L), (e.Error, e.Index));
        e = Assert.Throws<PointDecodingException>(
            () => MultiScalar.MultiplyG1(G1Bases.FromUncompressed(region, 0, 20), ones));
        Assert.Equal((PointDecodingError.CompressionFlag, 17L), (e.Error, e.Index));
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_refused()
    {
        G1Affine[] two = [G1Affine.Generator, G1Affine.Generator];
        Assert.Throws<ArgumentException>(() => MultiScalar.MultiplyG1(G1Bases.FromPoints(two), [Fr.One]));
        using MemoryRegion region = MemoryRegion.Allocate(100);
        Assert.Throws<ArgumentException>(() => MultiScalar.MultiplyG1(G1Bases.FromPoints(two), region, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => G1Bases.FromUncompressed(region, 5, 100));
        Assert.Throws<OperationCanceledException>(() => MultiScalar.MultiplyG1(
            G1Bases.FromPoints(two), [Fr.One, Fr.One], new MsmOptions { CancellationToken = new CancellationToken(true) }));
    }

    [Fact]
    public void Multiples_of_a_fixed_base_are_the_products()
    {
        G1Affine point = (G1Affine.Generator * Fr.FromUInt64(77)).ToAffine();
        Fr[] scalars = MsmCase.Make(200, ScalarKind.Uniform, 9).Scalars;
        (scalars[3], scalars[4], scalars[5], scalars[6]) = (Fr.Zero, Fr.One, -Fr.One, scalars[7]);
        using var table = new FixedBaseG1(point);
        var products = new G1Affine[scalars.Length];
        table.Multiply(scalars, products);
        byte[] encoded = new byte[scalars.Length * G1Affine.UncompressedSize];
        table.MultiplyEncoded(scalars, encoded);
        for (int i = 0; i < scalars.Length; i++)
        {
            Assert.Equal((point * scalars[i]).ToAffine(), products[i]);
            Assert.Equal(products[i].ToUncompressed(), encoded.AsSpan(i * G1Affine.UncompressedSize, G1Affine.UncompressedSize));
        }
        Assert.Throws<ArgumentException>(() => table.Multiply(scalars, products.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => table.MultiplyEncoded(scalars, encoded.AsSpan(1)));
    }
}
