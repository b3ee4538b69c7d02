using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>Who a token is for and what it allows.</summary>
/// <param name="Permissions">What it allows.</param>
/// <param name="Subject">The client's name; empty for tokens without one, as Lotus makes them.</param>
public sealed record RpcIdentity(RpcPermissions Permissions, string Subject);

/// <summary>
/// Signs and checks tokens: JWT with HS256 and the claim <c>Allow</c>, as Lotus makes them, so that one secret can serve daemons and coordinators.
/// A token is taken in exactly one form: the algorithm HS256, base64url without padding, a signature of the right length compared in constant time.
/// </summary>
public sealed class RpcTokenKey
{
    private const int MaxTokenLength = 4096;
    private static readonly string Header = Base64Url.EncodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"u8);
    private static readonly (RpcPermissions Flag, string Name)[] Names =
        [(RpcPermissions.Read, "read"), (RpcPermissions.Write, "write"), (RpcPermissions.Sign, "sign"), (RpcPermissions.Admin, "admin")];

    private readonly byte[] _secret;
    private readonly TimeProvider _time;

    /// <summary>A key of a secret.</summary>
    /// <param name="secret">At least 32 bytes.</param>
    /// <param name="time">For tokens that expire.</param>
    public RpcTokenKey(ReadOnlySpan<byte> secret, TimeProvider? time = null)
    {
        if (secret.Length < 32)
            throw new ArgumentException($"The secret has {secret.Length} bytes, expected at least 32.", nameof(secret));
        _secret = secret.ToArray();
        _time = time ?? TimeProvider.System;
    }

    /// <summary>
    /// Reads a key file, or makes one that only its owner may read. The file holds the secret in hexadecimal digits, or is a Lotus keystore entry
    /// (<c>{"Type":"jwt-hmac-secret","PrivateKey":"…"}</c>).
    /// </summary>
    /// <exception cref="InvalidDataException">The file holds neither, or others may read it.</exception>
    public static RpcTokenKey OpenOrCreate(string path, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            if (!File.Exists(path))
                Create(path);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first.
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
            throw new InvalidDataException($"{path}: others may read or write the token secret; expected mode 0600");
        byte[] text = File.ReadAllBytes(path);
        try
        {
            if (RpcCall.FirstByte(text) == (byte)'{')
            {
                using var entry = JsonDocument.Parse(text);
                if (entry.RootElement.GetProperty("Type").GetString() == "jwt-hmac-secret")
                    return new RpcTokenKey(entry.RootElement.GetProperty("PrivateKey").GetBytesFromBase64(), time);
            }
            else
            {
                return new RpcTokenKey(Convert.FromHexString(Encoding.ASCII.GetString(text).Trim()), time);
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }

        throw new InvalidDataException($"{path}: expected a secret in hexadecimal digits or a keystore entry of type jwt-hmac-secret");
    }

    /// <summary>Makes a token.</summary>
    /// <param name="permissions">What it allows; every permission is granted by itself, and clients expect the lesser ones with the greater.</param>
    /// <param name="subject">The client's name, for its limits; empty for none.</param>
    /// <param name="expires">When it ends; null for never.</param>
    public string Sign(RpcPermissions permissions, string subject = "", DateTimeOffset? expires = null)
    {
        using var payload = new MemoryStream();
        using (var writer = new Utf8JsonWriter(payload))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("Allow"u8);
            foreach (string name in NamesOf(permissions))
                writer.WriteStringValue(name);
            writer.WriteEndArray();
            if (!string.IsNullOrEmpty(subject))
                writer.WriteString("sub"u8, subject);
            if (expires is { } end)
                writer.WriteNumber("exp"u8, end.ToUnixTimeSeconds());
            writer.WriteEndObject();
        }

        string signed = $"{Header}.{Base64Url.EncodeToString(payload.ToArray())}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Checks a token.</summary>
    /// <returns>False when it is not one of this key, or has ended.</returns>
    public bool TryVerify(string token, [NotNullWhen(true)] out RpcIdentity? identity)
    {
        identity = null;
        if (token is null || token.Length > MaxTokenLength || !Ascii.IsValid(token))
            return false;
        string[] parts = token.Split('.');
        if (parts.Length != 3)
            return false;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(token[..(parts[0].Length + 1 + parts[1].Length)]), expected);
        if (!TryDecode(parts[2], out byte[] signature) || !CryptographicOperations.FixedTimeEquals(signature, expected))
            return false;
        // Only now is anything of it believed.
        if (!TryDecode(parts[0], out byte[] header) || !TryDecode(parts[1], out byte[] payload))
            return false;
        try
        {
            using var head = JsonDocument.Parse(header);
            using var body = JsonDocument.Parse(payload);
            if (head.RootElement.GetProperty("alg").GetString() != "HS256")
                return false;
            var allowed = RpcPermissions.None;
            foreach (JsonElement name in body.RootElement.GetProperty("Allow").EnumerateArray())
                allowed |= Parse(name.GetString());
            if (body.RootElement.TryGetProperty("exp", out JsonElement end) && end.GetInt64() <= _time.GetUtcNow().ToUnixTimeSeconds())
                return false;
            string subject = body.RootElement.TryGetProperty("sub", out JsonElement sub) ? sub.GetString() ?? "" : "";
            identity = new RpcIdentity(allowed, subject);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return false;
        }
    }

    /// <summary>A permission by its name; none for an unknown one.</summary>
    public static RpcPermissions Parse(string? name) => Names.FirstOrDefault(pair => pair.Name == name).Flag;

    /// <summary>The names of permissions.</summary>
    public static IEnumerable<string> NamesOf(RpcPermissions permissions) => Names.Where(pair => permissions.HasFlag(pair.Flag)).Select(pair => pair.Name);

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (!Base64Url.IsValid(text, out int length) || text.Contains('=', StringComparison.Ordinal) || text.AsSpan().ContainsAny(" \t\r\n"))
            return false;
        bytes = new byte[length];
        return Base64Url.TryDecodeFromChars(text, bytes, out int written) && written == length && Base64Url.EncodeToString(bytes) == text;
    }

    private static void Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string temporary = $"{path}.{Guid.NewGuid():N}";
        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(64, lowercase: true)));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
