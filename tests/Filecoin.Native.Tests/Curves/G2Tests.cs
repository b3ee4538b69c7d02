using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Tests.Fields;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Native.Tests.Curves;

public sealed class G2Tests
{
    private static readonly Config Some = Config.QuickThrowOnFailure.WithMaxTest(30);

    [Fact]
    public void The_group_laws_hold() => Prop.ForAll(
        CurveGen.G2.ToArbitrary(),
        CurveGen.G2.ToArbitrary(),
        CurveGen.G2.ToArbitrary(),
        (a, b, c) =>
        {
            G2Projective p = a, q = b, r = c;
            Assert.Equal(p + q, q + p);
            Assert.Equal(p + q + r, p + (q + r));
            Assert.Equal(p + b, p + q);
            Assert.Equal(p.Double(), p + p);
            Assert.Equal(p.Double(), p + a);
            Assert.True((p - p).IsInfinity);
            Assert.True((p + -a).IsInfinity);
            Assert.Equal(p, p + G2Affine.Infinity);
            Assert.Equal(p, p + G2Projective.Infinity);
            Assert.True((p + q).ToAffine().IsOnCurve);
            Assert.Equal(a, p.ToAffine());
        }).Check(Some);

    [Fact]
    public void Multiples_are_repeated_sums() => Prop.ForAll(CurveGen.G2.ToArbitrary(), a =>
    {
        G2Projective sum = G2Projective.Infinity;
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
        CurveGen.G2.ToArbitrary(),
        (x, y, a) =>
        {
            Assert.Equal(a * x + a * y, a * (x + y));
            Assert.Equal(a * x * y, a * (x * y));
            Assert.Equal(a * x, a.ToProjective().MultiplySecret(x));
        }).Check(Some);

    [Fact]
    public void The_generator_has_order_r()
    {
        Assert.True(G2Affine.Generator.IsOnCurve);
        Assert.True(G2Affine.Generator.Point.ToProjective().Multiply(CurveGen.Order).IsInfinity);
        Assert.Equal(-G2Affine.Generator, (G2Affine.Generator * -Fr.One).ToAffine());
    }

    [Theory]
    [InlineData(1ul, "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8")]
    [InlineData(2ul, "aa4edef9c1ed7f729f520e47730a124fd70662a904ba1074728114d1031e1572c6c886f6b57ec72a6178288c47c335771638533957d540a9d2370f17cc7ed5863bc0b995b8825e0ee1ea1e1e4d00dbae81f14b0bf3611b78c952aacab827a053")]
    public void Compressed_multiples_of_the_generator_are_the_published_ones(ulong scalar, string hex) =>
        Assert.Equal(hex, (G2Affine.Generator * Fr.FromUInt64(scalar)).ToString());

    [Fact]
    public void Encodings_are_read_back() => Prop.ForAll(CurveGen.G2.ToArbitrary(), a =>
    {
        Assert.Equal(a, G2Affine.ReadCompressed(a.ToCompressed()));
        Assert.Equal(a, G2Affine.ReadUncompressed(a.ToUncompressed()));
        Assert.Equal(-a, G2Affine.ReadCompressed((-a).ToCompressed()));
    }).Check(Some);

    [Fact]
    public void Infinity_has_one_encoding_of_each_form()
    {
        byte[] compressed = new byte[G2Affine.CompressedSize], uncompressed = new byte[G2Affine.UncompressedSize];
        (compressed[0], uncompressed[0]) = (0xc0, 0x40);
        Assert.Equal(compressed, G2Affine.Infinity.ToCompressed());
        Assert.Equal(uncompressed, G2Affine.Infinity.ToUncompressed());
        Assert.True(G2Affine.ReadCompressed(compressed).IsInfinity);
        Assert.True(G2Affine.ReadUncompressed(uncompressed).IsInfinity);
        foreach (int i in (int[])[0, 1, G2Affine.CompressedSize - 1])
        {
            byte[] changed = [.. compressed];
            changed[i] ^= 0x01;
            AssertError(PointDecodingError.InfinityEncoding, () => G2Affine.ReadCompressed(changed));
        }
        compressed[0] |= 0x20;
        AssertError(PointDecodingError.InfinityEncoding, () => G2Affine.ReadCompressed(compressed));
        uncompressed[0] |= 0x20;
        AssertError(PointDecodingError.InfinityEncoding, () => G2Affine.ReadUncompressed(uncompressed));
        AssertError(PointDecodingError.NotOnCurve, () => G2Affine.ReadUncompressed(new byte[G2Affine.UncompressedSize], PointChecks.None));
    }

    [Fact]
    public void Malformed_encodings_are_refused_with_their_reason()
    {
        byte[] compressed = G2Affine.Generator.ToCompressed(), uncompressed = G2Affine.Generator.ToUncompressed();
        AssertError(PointDecodingError.Length, () => G2Affine.ReadCompressed(compressed.AsSpan(1)));
        AssertError(PointDecodingError.Length, () => G2Affine.ReadUncompressed(compressed));
        AssertError(PointDecodingError.CompressionFlag, () => G2Affine.ReadCompressed(Changed(compressed, 0, 0x80)));
        AssertError(PointDecodingError.CompressionFlag, () => G2Affine.ReadUncompressed(Changed(uncompressed, 0, 0x80)));
        AssertError(PointDecodingError.SignFlag, () => G2Affine.ReadUncompressed(Changed(uncompressed, 0, 0x20)));
        AssertError(PointDecodingError.NotOnCurve, () => G2Affine.ReadUncompressed(Changed(uncompressed, uncompressed.Length - 1, 1)));
        for (int start = 0; start < uncompressed.Length; start += Fp.Size)
        {
            byte[] high = [.. uncompressed];
            Convert.FromHexString(Fp.ModulusHex).CopyTo(high, start);
            AssertError(PointDecodingError.NonCanonicalCoordinate, () => G2Affine.ReadUncompressed(high, PointChecks.None));
        }
        byte[] modulus = [.. compressed];
        Convert.FromHexString(Fp.ModulusHex).CopyTo(modulus, 0);
        modulus[0] |= 0x80;
        AssertError(PointDecodingError.NonCanonicalCoordinate, () => G2Affine.ReadCompressed(modulus));
    }

    [Fact]
    public void An_x_without_a_point_is_refused()
    {
        int refused = 0;
        for (byte low = 0; low < 40; low++)
        {
            byte[] bytes = G2Affine.Generator.ToCompressed();
            bytes[^1] = low;
            try
            {
                G2Affine point = G2Affine.ReadCompressed(bytes, PointChecks.OnCurve);
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
        foreach (G2Affine point in CurveGen.OutsideG2(8))
        {
            Assert.True(point.IsOnCurve);
            Assert.False(point.Point.ToProjective().Multiply(CurveGen.Order).IsInfinity);
            Assert.False(point.IsInSubgroup);
            byte[] compressed = point.ToCompressed(), uncompressed = point.ToUncompressed();
            AssertError(PointDecodingError.NotInSubgroup, () => G2Affine.ReadCompressed(compressed));
            AssertError(PointDecodingError.NotInSubgroup, () => G2Affine.ReadUncompressed(uncompressed));
            Assert.Equal(point, G2Affine.ReadCompressed(compressed, PointChecks.OnCurve));
            Assert.Equal(point, G2Affine.ReadUncompressed(uncompressed, PointChecks.OnCurve));

            // What r times it leaves has an order that divides the cofactor: outside as well, and so is its sum with a point inside.
            G2Projective torsion = new(point.Point.ToProjective().Multiply(CurveGen.Order));
            Assert.False(torsion.ToAffine().IsInSubgroup);
            Assert.False((torsion + G2Affine.Generator).ToAffine().IsInSubgroup);
        }
        Prop.ForAll(CurveGen.G2.ToArbitrary(), a => Assert.True(a.IsInSubgroup)).Check(Some);
    }

    [Fact]
    public void A_sequence_names_its_first_malformed_point()
    {
        G2Affine[] points = [.. Enumerable.Range(1, 9).Select(k => (G2Affine.Generator * Fr.FromUInt64((ulong)k)).ToAffine()), G2Affine.Infinity];
        byte[] bytes = [.. points.SelectMany(p => p.ToUncompressed())];
        var read = new G2Affine[points.Length];
        G2Affine.ReadUncompressed(bytes, read);
        Assert.Equal(points, read);
        bytes[7 * G2Affine.UncompressedSize - 1] ^= 1;
        var e = Assert.Throws<PointDecodingException>(() => G2Affine.ReadUncompressed(bytes, read));
        Assert.Equal((PointDecodingError.NotOnCurve, 6L, "G2"), (e.Error, e.Index, e.Group));
    }

    [Fact]
    public void Normalising_many_points_is_normalising_each()
    {
        G2Projective[] points = [.. Enumerable.Range(0, 20).Select(k => G2Affine.Generator * Fr.FromUInt64((ulong)(k % 7)))];
        var affine = new G2Affine[points.Length];
        G2Projective.ToAffine(points, affine);
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
