using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Tests.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Curves;

public sealed class G1Tests
{
    private static readonly Config Some = Config.QuickThrowOnFailure.WithMaxTest(30);

    [Fact]
    public void The_group_laws_hold() => Prop.ForAll(
        CurveGen.G1.ToArbitrary(),
        CurveGen.G1.ToArbitrary(),
        CurveGen.G1.ToArbitrary(),
        (a, b, c) =>
        {
            G1Projective p = a, q = b, r = c;
            Assert.Equal(p + q, q + p);
            Assert.Equal(p + q + r, p + (q + r));
            Assert.Equal(p + b, p + q);
            Assert.Equal(p.Double(), p + p);
            Assert.Equal(p.Double(), p + a);
            Assert.True((p - p).IsInfinity);
            Assert.True((p + -a).IsInfinity);
            Assert.Equal(p, p + G1Affine.Infinity);
            Assert.Equal(p, p + G1Projective.Infinity);
            Assert.True((p + q).ToAffine().IsOnCurve);
            Assert.Equal(a, p.ToAffine());
        }).Check(Some);

    [Fact]
    public void Multiples_are_repeated_sums() => Prop.ForAll(CurveGen.G1.ToArbitrary(), a =>
    {
        G1Projective sum = G1Projective.Infinity;
        for (ulong k = 0; k < 40; k++)
        {
            Assert.Equal(sum, a * Fr.FromUInt64(k));
            sum += a;
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3));

    [Fact]
    public void Multiplication_is_linear_and_the_secret_form_agrees() => Prop.ForAll(
        FrGen.ArbElement,
        FrGen.ArbElement,
        CurveGen.G1.ToArbitrary(),
        (x, y, a) =>
        {
            Assert.Equal(a * x + a * y, a * (x + y));
            Assert.Equal(a * x * y, a * (x * y));
            Assert.Equal(a * x, a.ToProjective().MultiplySecret(x));
        }).Check(Some);

    [Fact]
    public void The_generator_has_order_r()
    {
        Assert.True(G1Affine.Generator.IsOnCurve);
        Assert.True(G1Affine.Generator.Point.ToProjective().Multiply(CurveGen.Order).IsInfinity);
        Assert.Equal(-G1Affine.Generator, (G1Affine.Generator * -Fr.One).ToAffine());
    }

    [Theory]
    [InlineData(1ul, "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb")]
    [InlineData(2ul, "a572cbea904d67468808c8eb50a9450c9721db309128012543902d0ac358a62ae28f75bb8f1c7c42c39a8c5529bf0f4e")]
    public void Compressed_multiples_of_the_generator_are_the_published_ones(ulong scalar, string hex) =>
        Assert.Equal(hex, (G1Affine.Generator * Fr.FromUInt64(scalar)).ToString());

    [Fact]
    public void Encodings_are_read_back() => Prop.ForAll(CurveGen.G1.ToArbitrary(), a =>
    {
        Assert.Equal(a, G1Affine.ReadCompressed(a.ToCompressed()));
        Assert.Equal(a, G1Affine.ReadUncompressed(a.ToUncompressed()));
        Assert.Equal(-a, G1Affine.ReadCompressed((-a).ToCompressed()));
    }).Check(Some);

    [Fact]
    public void Infinity_has_one_encoding_of_each_form()
    {
        byte[] compressed = new byte[G1Affine.CompressedSize], uncompressed = new byte[G1Affine.UncompressedSize];
        (compressed[0], uncompressed[0]) = (0xc0, 0x40);
        Assert.Equal(compressed, G1Affine.Infinity.ToCompressed());
        Assert.Equal(uncompressed, G1Affine.Infinity.ToUncompressed());
        Assert.True(G1Affine.ReadCompressed(compressed).IsInfinity);
        Assert.True(G1Affine.ReadUncompressed(uncompressed).IsInfinity);
        foreach (int i in (int[])[0, 1, G1Affine.CompressedSize - 1])
        {
            byte[] changed = [.. compressed];
            changed[i] ^= 0x01;
            AssertError(PointDecodingError.InfinityEncoding, () => G1Affine.ReadCompressed(changed));
        }
        compressed[0] |= 0x20;
        AssertError(PointDecodingError.InfinityEncoding, () => G1Affine.ReadCompressed(compressed));
        uncompressed[0] |= 0x20;
        AssertError(PointDecodingError.InfinityEncoding, () => G1Affine.ReadUncompressed(uncompressed));
        AssertError(PointDecodingError.NotOnCurve, () => G1Affine.ReadUncompressed(new byte[G1Affine.UncompressedSize], PointChecks.None));
    }

    [Fact]
    public void Malformed_encodings_are_refused_with_their_reason()
    {
        byte[] compressed = G1Affine.Generator.ToCompressed(), uncompressed = G1Affine.Generator.ToUncompressed();
        AssertError(PointDecodingError.Length, () => G1Affine.ReadCompressed(compressed.AsSpan(1)));
        AssertError(PointDecodingError.Length, () => G1Affine.ReadUncompressed(compressed));
        AssertError(PointDecodingError.CompressionFlag, () => G1Affine.ReadCompressed(Changed(compressed, 0, 0x80)));
        AssertError(PointDecodingError.CompressionFlag, () => G1Affine.ReadUncompressed(Changed(uncompressed, 0, 0x80)));
        AssertError(PointDecodingError.SignFlag, () => G1Affine.ReadUncompressed(Changed(uncompressed, 0, 0x20)));
        AssertError(PointDecodingError.NotOnCurve, () => G1Affine.ReadUncompressed(Changed(uncompressed, uncompressed.Length - 1, 1)));
        for (int start = 0; start < uncompressed.Length; start += Fp.Size)
        {
            byte[] high = [.. uncompressed];
            Convert.FromHexString(Fp.ModulusHex).CopyTo(high, start);
            AssertError(PointDecodingError.NonCanonicalCoordinate, () => G1Affine.ReadUncompressed(high, PointChecks.None));
        }
        byte[] modulus = [.. compressed];
        Convert.FromHexString(Fp.ModulusHex).CopyTo(modulus, 0);
        modulus[0] |= 0x80;
        AssertError(PointDecodingError.NonCanonicalCoordinate, () => G1Affine.ReadCompressed(modulus));
    }

    [Fact]
    public void An_x_without_a_point_is_refused()
    {
        int refused = 0;
        for (byte low = 0; low < 40; low++)
        {
            byte[] bytes = G1Affine.Generator.ToCompressed();
            bytes[^1] = low;
            try
            {
                G1Affine point = G1Affine.ReadCompressed(bytes, PointChecks.OnCurve);
                Assert.True(point.IsOnCurve);
                Assert.Equal(bytes, point.ToCompressed());
            }
            catch (PointDecodingException e)
            {
                Assert.Equal(PointDecodingError.NotOnCurve, e.Error);
                refused++;
            }
        }
        Assert.InRange(refused, 5, 35);
    }

    [Fact]
    public void The_endomorphism_finds_the_subgroup_as_multiplying_by_r_does()
    {
        foreach (G1Affine point in CurveGen.OutsideG1(8))
        {
            Assert.True(point.IsOnCurve);
            Assert.False(point.Point.ToProjective().Multiply(CurveGen.Order).IsInfinity);
            Assert.False(point.IsInSubgroup);
            byte[] compressed = point.ToCompressed(), uncompressed = point.ToUncompressed();
            AssertError(PointDecodingError.NotInSubgroup, () => G1Affine.ReadCompressed(compressed));
            AssertError(PointDecodingError.NotInSubgroup, () => G1Affine.ReadUncompressed(uncompressed));
            Assert.Equal(point, G1Affine.ReadCompressed(compressed, PointChecks.OnCurve));
            Assert.Equal(point, G1Affine.ReadUncompressed(uncompressed, PointChecks.OnCurve));

            // What r times it leaves has an order that divides the cofactor: outside as well, and so is its sum with a point inside.
            G1Projective torsion = new(point.Point.ToProjective().Multiply(CurveGen.Order));
            Assert.False(torsion.ToAffine().IsInSubgroup);
            Assert.False((torsion + G1Affine.Generator).ToAffine().IsInSubgroup);
        }
        Prop.ForAll(CurveGen.G1.ToArbitrary(), a => Assert.True(a.IsInSubgroup)).Check(Some);
    }

    [Fact]
    public void A_sequence_names_its_first_malformed_point()
    {
        G1Affine[] points = [.. Enumerable.Range(1, 9).Select(k => (G1Affine.Generator * Fr.FromUInt64((ulong)k)).ToAffine()), G1Affine.Infinity];
        byte[] bytes = [.. points.SelectMany(p => p.ToUncompressed())];
        var read = new G1Affine[points.Length];
        G1Affine.ReadUncompressed(bytes, read);
        Assert.Equal(points, read);
        bytes[7 * G1Affine.UncompressedSize - 1] ^= 1;
        var e = Assert.Throws<PointDecodingException>(() => G1Affine.ReadUncompressed(bytes, read));
        Assert.Equal((PointDecodingError.NotOnCurve, 6L, "G1"), (e.Error, e.Index, e.Group));
    }

    [Fact]
    public void Normalising_many_points_is_normalising_each()
    {
        G1Projective[] points = [.. Enumerable.Range(0, 20).Select(k => G1Affine.Generator * Fr.FromUInt64((ulong)(k % 7)))];
        var affine = new G1Affine[points.Length];
        G1Projective.ToAffine(points, affine);
        Assert.Equal(points.Select(p => p.ToAffine()), affine);
    }

    private static byte[] Changed(byte[] bytes, int index, byte bits)
    {
        byte[] changed = [.. bytes];
        changed[index] ^= bits;
        return changed;
    }

    private static void AssertError(PointDecodingError error, Action read) =>
        Assert.Equal(error, Assert.Throws<PointDecodingException>(read).Error);
}
