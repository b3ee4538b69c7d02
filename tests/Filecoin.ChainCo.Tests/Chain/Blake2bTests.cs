using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class Blake2bTests
{
    // RFC 7693 appendix A, and digests of the reference implementation (python hashlib.blake2b) for the other lengths.
    [Theory]
    [InlineData("616263", 64, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")]
    [InlineData("", 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")]
    [InlineData("616263", 20, "384264f676f39536840523f284921cdc68b6846b")]
    [InlineData("616263", 4, "63906248")]
    public void Known_answers(string data, int length, string digest)
    {
        byte[] actual = new byte[length];
        Blake2b.Hash(Convert.FromHexString(data), actual);
        Assert.Equal(digest, Convert.ToHexStringLower(actual));
    }

    // Lengths on both sides of the 128-byte block: digest of 0, 1, 2, … (mod 251).
    [Theory]
    [InlineData(127, "f2fe67ff342e21b8f45e8f2e0bcd1d9243245d50ee6c78042e9c491388791c72")]
    [InlineData(128, "c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1")]
    [InlineData(129, "f7f3c46ba2564ff4c4c162da1f5b605f9f1c4aa6a20652a9f9a337c1a2f5b9c9")]
    [InlineData(256, "582f782226018ec33076bd8d1c42413530ac7e1126260ffc0f306ba3befc3f24")]
    [InlineData(1000, "b372d0608f720c8c3dd41e9c8eecb10143b41abe520b616607e754bf79c08331")]
    public void Block_borders(int length, string digest)
    {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++)
            data[i] = (byte)(i % 251);
        Assert.Equal(digest, Convert.ToHexStringLower(Blake2b.Hash256(data)));
    }
}
