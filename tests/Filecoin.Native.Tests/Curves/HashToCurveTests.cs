using System.Text;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Tests.Curves;

public sealed class HashToCurveTests
{
    private static readonly byte[] Domain = "QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_"u8.ToArray();

    /// <summary>RFC 9380, appendix J.10.1: message, then x and y with the coefficient of one first.</summary>
    public static TheoryData<string, string, string, string, string> Published => new()
    {
        {
            "",
            "0141ebfbdca40eb85b87142e130ab689c673cf60f1a3e98d69335266f30d9b8d4ac44c1038e9dcdd5393faf5c41fb78a",
            "05cb8437535e20ecffaef7752baddf98034139c38452458baeefab379ba13dff5bf5dd71b72418717047f5b0f37da03d",
            "0503921d7f6a12805e72940b963c0cf3471c7b2a524950ca195d11062ee75ec076daf2d4bc358c4b190c0c98064fdd92",
            "12424ac32561493f3fe3c260708a12b7c620e7be00099a974e259ddc7d1f6395c3c811cdd19f1e8dbf3e9ecfdcbab8d6"
        },
        {
            "abc",
            "02c2d18e033b960562aae3cab37a27ce00d80ccd5ba4b7fe0e7a210245129dbec7780ccc7954725f4168aff2787776e6",
            "139cddbccdc5e91b9623efd38c49f81a6f83f175e80b06fc374de9eb4b41dfe4ca3a230ed250fbe3a2acf73a41177fd8",
            "1787327b68159716a37440985269cf584bcb1e621d3a7202be6ea05c4cfe244aeb197642555a0645fb87bf7466b2ba48",
            "00aa65dae3c8d732d10ecd2c50f8a1baf3001578f71c694e03866e9f3d49ac1e1ce70dd94a733534f106d4cec0eddd16"
        },
        {
            "abcdef0123456789",
            "121982811d2491fde9ba7ed31ef9ca474f0e1501297f68c298e9f4c0028add35aea8bb83d53c08cfc007c1e005723cd0",
            "190d119345b94fbd15497bcba94ecf7db2cbfd1e1fe7da034d26cbba169fb3968288b3fafb265f9ebd380512a71c3f2c",
            "05571a0f8d3c08d094576981f4a3b8eda0a8e771fcdcc8ecceaf1356a6acf17574518acb506e435b639353c2e14827c8",
            "0bb5e7572275c567462d91807de765611490205a941a5a6af3b1691bfe596c31225d3aabdf15faff860cb4ef17c7c3be"
        },
        {
            "q128_" + new string('q', 128),
            "19a84dd7248a1066f737cc34502ee5555bd3c19f2ecdb3c7d9e24dc65d4e25e50d83f0f77105e955d78f4762d33c17da",
            "0934aba516a52d8ae479939a91998299c76d39cc0c035cd18813bec433f587e2d7a4fef038260eef0cef4d02aae3eb91",
            "14f81cd421617428bc3b9fe25afbb751d934a00493524bc4e065635b0555084dd54679df1536101b2c979c0152d09192",
            "09bcccfa036b4847c9950780733633f13619994394c23ff0b32fa6b795844f4a0673e20282d07bc69641cee04f5e5662"
        },
        {
            "a512_" + new string('a', 512),
            "01a6ba2f9a11fa5598b2d8ace0fbe0a0eacb65deceb476fbbcb64fd24557c2f4b18ecfc5663e54ae16a84f5ab7f62534",
            "11fca2ff525572795a801eed17eb12785887c7b63fb77a42be46ce4a34131d71f7a73e95fee3f812aea3de78b4d01569",
            "0b6798718c8aed24bc19cb27f866f1c9effcdbf92397ad6448b5c9db90d2b9da6cbabf48adc1adf59a1a28344e79d57e",
            "03a47f8e6d1763ba0cad63d6114c0accbef65707825a511b251a660a9b3994249ae4e63fac38b23da0c398689ee2ab52"
        },
    };

    [Theory, MemberData(nameof(Published))]
    public void Points_are_the_published_ones(string message, string x0, string x1, string y0, string y1)
    {
        G2Affine point = HashToCurve.HashToG2(Encoding.ASCII.GetBytes(message), Domain).ToAffine();
        Assert.Equal(new Fp2(Fp.FromHex(x0), Fp.FromHex(x1)), point.X);
        Assert.Equal(new Fp2(Fp.FromHex(y0), Fp.FromHex(y1)), point.Y);
        Assert.True(point.IsInSubgroup);
    }

    [Theory]
    [InlineData("", 32, "68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235")]
    [InlineData("abc", 32, "d8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615")]
    [InlineData("abcdef0123456789", 32, "eff31487c770a893cfb36f912fbfcbff40d5661771ca4b2cb4eafe524333f5c1")]
    [InlineData("", 128, "af84c27ccfd45d41914fdff5df25293e221afc53d8ad2ac06d5e3e29485dadbee0d121587713a3e0dd4d5e69e93eb7cd4f5df4cd103e188cf60cb02edc3edf18eda8576c412b18ffb658e3dd6ec849469b979d444cf7b26911a08e63cf31f9dcc541708d3491184472c2c29bb749d4286b004ceb5ee6b9a7fa5b646c993f0ced")]
    [InlineData("abc", 128, "abba86a6129e366fc877aab32fc4ffc70120d8996c88aee2fe4b32d6c7b6437a647e6c3163d40b76a73cf6a5674ef1d890f95b664ee0afa5359a5c4e07985635bbecbac65d747d3d2da7ec2b8221b17b0ca9dc8a1ac1c07ea6a1e60583e2cb00058e77b7b72a298425cd1b941ad4ec65e8afc50303a22c0f99b0509b4c895f40")]
    [InlineData("abcdef0123456789", 128, "ef904a29bffc4cf9ee82832451c946ac3c8f8058ae97d8d629831a74c6572bd9ebd0df635cd1f208e2038e760c4994984ce73f0d55ea9f22af83ba4734569d4bc95e18350f740c07eef653cbb9f87910d833751825f0ebefa1abe5420bb52be14cf489b37fe1a72f7de2d10be453b2c9d9eb20c7e3f6edc5a60629178d9478df")]
    public void Expanded_messages_are_the_published_ones(string message, int length, string expected)
    {
        byte[] uniform = new byte[length];
        HashToCurve.ExpandMessage(
            Encoding.ASCII.GetBytes(message), "QUUX-V01-CS02-with-expander-SHA256-128"u8, uniform);
        Assert.Equal(expected, Convert.ToHexStringLower(uniform));
    }

    [Fact]
    public void The_map_goes_to_the_isogenous_curve_and_keeps_the_sign()
    {
        Fp2 a = new(Fp.Zero, Fp.FromUInt64(240)), b = new(Fp.FromUInt64(1012), Fp.FromUInt64(1012));
        foreach (Fp2 u in (Fp2[])[Fp2.Zero, Fp2.One, -Fp2.One, new(Fp.Zero, Fp.One), new(Fp.FromUInt64(7), Fp.FromUInt64(9))])
        {
            AffinePoint<Fp2> point = HashToG2Reference.Swu(u);
            Assert.Equal((point.X.Square() + a) * point.X + b, point.Y.Square());
            Assert.Equal(point.X, HashToG2Reference.Swu(-u).X);
            Assert.Equal(u.IsZero ? point.Y : -point.Y, HashToG2Reference.Swu(-u).Y);
        }
    }

    [Fact]
    public void Tags_and_lengths_that_are_not_allowed_are_refused()
    {
        Assert.Throws<ArgumentException>(() => HashToCurve.HashToG2("m"u8, []));
        Assert.Throws<ArgumentException>(() => HashToCurve.HashToG2("m"u8, new byte[256]));
        Assert.Throws<ArgumentException>(() => HashToCurve.ExpandMessage("m"u8, Domain, new byte[255 * 32 + 1]));
    }
}
