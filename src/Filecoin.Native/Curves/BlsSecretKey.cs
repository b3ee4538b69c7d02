using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Curves;

/// <summary>
/// A secret key of the Filecoin BLS scheme: an integer from 1 to r − 1, encoded in 32 bytes little-endian, as wallets export it.
/// </summary>
/// <remarks>
/// Constant time: deriving the public key and signing take the same operations, and touch the same memory, whatever the key is.
/// The managed form is written without branches on the key, too; what the runtime's compiler makes of it is not proven.
/// </remarks>
public sealed class BlsSecretKey : IDisposable
{
    /// <summary>Bytes of an encoded key.</summary>
    public const int Size = 32;

    private readonly ulong[] _limbs = GC.AllocateArray<ulong>(4, pinned: true);
    private bool _isDisposed;

    private BlsSecretKey()
    {
    }

    /// <summary>Reads a key.</summary>
    /// <param name="littleEndian">32 bytes.</param>
    /// <exception cref="ArgumentException">There are not 32 bytes, or the integer is zero or not below r. The message does not show it.</exception>
    public static BlsSecretKey Read(ReadOnlySpan<byte> littleEndian)
    {
        if (littleEndian.Length != Size)
        {
            throw new ArgumentException($"Expected a secret key of {Size} bytes, found {littleEndian.Length}.", nameof(littleEndian));
        }
        var key = new BlsSecretKey();
        if (!key.TryFill(littleEndian))
        {
            key.Dispose();
            throw new ArgumentException("Expected a secret key from 1 to r - 1; the integer is outside.", nameof(littleEndian));
        }
        return key;
    }

    /// <summary>Makes a key from the system's randomness.</summary>
    public static BlsSecretKey Generate()
    {
        Span<byte> bytes = stackalloc byte[Size];
        var key = new BlsSecretKey();
        do
        {
            RandomNumberGenerator.Fill(bytes);
            bytes[Size - 1] &= 0x7f;
        }
        while (!key.TryFill(bytes));
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    /// <summary>Writes the key.</summary>
    /// <param name="littleEndian">Room for 32 bytes.</param>
    public void Write(Span<byte> littleEndian)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(littleEndian[(8 * i)..], _limbs[i]);
        }
    }

    /// <summary>The public key: the generator of G1 times this.</summary>
    public G1Affine PublicKey()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return G1Kernels.MultiplySecret(G1Projective.Generator, _limbs).ToAffine();
    }

    /// <summary>The signature of a message: its hash in G2 times this.</summary>
    public G2Affine Sign(ReadOnlySpan<byte> message)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return G2Kernels.MultiplySecret(BlsSignatures.HashMessage(message), _limbs).ToAffine();
    }

    /// <summary>Overwrites the key.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_limbs.AsSpan()));
        _isDisposed = true;
    }

    private bool TryFill(ReadOnlySpan<byte> littleEndian)
    {
        // Borrows of the whole subtraction of r: the last one says below, without a branch on the way.
        ulong borrow = 0, any = 0;
        for (int i = 0; i < 4; i++)
        {
            ulong limb = _limbs[i] = BinaryPrimitives.ReadUInt64LittleEndian(littleEndian[(8 * i)..]);
            UInt128 difference = (UInt128)limb - Fr.Modulus[i] - borrow;
            borrow = (ulong)(difference >> 64) & 1;
            any |= limb;
        }
        return borrow == 1 & any != 0;
    }
}
