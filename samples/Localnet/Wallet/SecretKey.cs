using System.Security.Cryptography;
using System.Text;
using Filecoin.ChainCo.Chain;
using Filecoin.Native.Curves;

namespace Filecoin.Samples.Localnet.Wallet;

/// <summary>A BLS key and its address.</summary>
internal sealed class SecretKey : IDisposable
{
    private readonly BlsSecretKey _key;

    private SecretKey(BlsSecretKey key)
    {
        _key = key;
        byte[] publicKey = new byte[BlsSignatures.PublicKeySize];
        key.PublicKey().WriteCompressed(publicKey);
        Address = Address.FromBlsPublicKey(publicKey);
    }

    public Address Address { get; }

    /// <summary>A new key.</summary>
    public static SecretKey Generate() => new(BlsSecretKey.Generate());

    /// <summary>The key of 32 bytes as wallets export them.</summary>
    /// <exception cref="ArgumentException">They are no key.</exception>
    public static SecretKey Read(ReadOnlySpan<byte> bytes) => new(BlsSecretKey.Read(bytes));

    /// <summary>The key that a network's seed gives for a purpose.</summary>
    public static SecretKey Derive(string seed, string purpose)
    {
        byte[] bytes = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(seed), BlsSecretKey.Size, info: Encoding.UTF8.GetBytes(purpose));
        // Little-endian, and the group's order is above 2^254: this is below it.
        bytes[^1] &= 0x3f;
        return new SecretKey(BlsSecretKey.Read(bytes));
    }

    /// <summary>The signature of bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        byte[] signature = new byte[BlsSignatures.SignatureSize];
        _key.Sign(data).WriteCompressed(signature);
        return signature;
    }

    /// <summary>The 32 bytes of the key.</summary>
    public byte[] Export()
    {
        byte[] bytes = new byte[BlsSecretKey.Size];
        _key.Write(bytes);
        return bytes;
    }

    public void Dispose() => _key.Dispose();
}
