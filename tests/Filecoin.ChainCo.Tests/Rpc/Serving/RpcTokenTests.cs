using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Tests.Rpc.Serving;

public sealed class RpcTokenTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("your-256-bit-secret-is-32-bytes!");
    private readonly RpcTokenKey _key = new(Secret);

    [Fact]
    public void A_token_comes_back_with_what_it_allows()
    {
        Assert.True(_key.TryVerify(_key.Sign(RpcPermissions.Read | RpcPermissions.Sign, "miner"), out RpcIdentity? identity));
        Assert.Equal((RpcPermissions.Read | RpcPermissions.Sign, "miner"), (identity.Permissions, identity.Subject));
    }

    [Fact]
    public void A_token_as_lotus_makes_it_is_taken()
    {
        // Member order and header of gbrlsnchs/jwt, which Lotus uses.
        Assert.True(_key.TryVerify(Make("""{"alg":"HS256","typ":"JWT"}""", """{"Allow":["read","write","sign","admin"]}"""), out RpcIdentity? identity));
        Assert.Equal(RpcPermissions.All, identity.Permissions);
    }

    [Theory]
    [InlineData("""{"alg":"none"}""", """{"Allow":["admin"]}""")]
    [InlineData("""{"alg":"HS512"}""", """{"Allow":["admin"]}""")]
    [InlineData("""{"alg":"HS256"}""", """{"allow":["admin"]}""")]
    [InlineData("""{"alg":"HS256"}""", """{"Allow":"admin"}""")]
    [InlineData("""{"alg":"HS256"}""", """[]""")]
    [InlineData("""[]""", """{"Allow":["admin"]}""")]
    [InlineData("""{"alg":"HS256"}""", """{"Allow":["admin"],"exp":1}""")]
    public void Other_forms_are_not(string header, string payload) => Assert.False(_key.TryVerify(Make(header, payload), out _));

    [Fact]
    public void Every_changed_character_breaks_a_token()
    {
        string token = _key.Sign(RpcPermissions.Read);
        for (int i = 0; i < token.Length; i++)
            Assert.False(_key.TryVerify($"{token[..i]}{(token[i] == 'A' ? 'B' : 'A')}{token[(i + 1)..]}", out _), $"character {i}");
        Assert.False(_key.TryVerify(token + "=", out _));
        Assert.False(_key.TryVerify(token[..^1], out _));
        Assert.False(_key.TryVerify("", out _));
        Assert.False(_key.TryVerify("..", out _));
        Assert.False(new RpcTokenKey(SHA256.HashData(Secret)).TryVerify(token, out _));
    }

    [Fact]
    public void A_key_file_is_made_for_its_owner_alone_and_read_again()
    {
        if (OperatingSystem.IsWindows())
            return;
        string path = Path.Combine(Path.GetTempPath(), $"chainco-{Guid.NewGuid():N}.key");
        try
        {
            string token = RpcTokenKey.OpenOrCreate(path).Sign(RpcPermissions.Read);
            Assert.True(RpcTokenKey.OpenOrCreate(path).TryVerify(token, out _));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            Assert.Throws<InvalidDataException>(() => RpcTokenKey.OpenOrCreate(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllText(path, $$"""{"Type":"jwt-hmac-secret","PrivateKey":"{{Convert.ToBase64String(Secret)}}"}""");
            Assert.True(RpcTokenKey.OpenOrCreate(path).TryVerify(_key.Sign(RpcPermissions.Read), out _));
            File.WriteAllText(path, "abcd");
            Assert.Throws<InvalidDataException>(() => RpcTokenKey.OpenOrCreate(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Make(string header, string payload)
    {
        string signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Secret, Encoding.ASCII.GetBytes(signed)))}";
    }
}
