using System.Security.Cryptography;
using Filecoin.Native.Fields;

namespace Filecoin.Proving.Groth16;

/// <summary>Where a prover's blinding factors come from. A proof reveals its witness to whoever knows them.</summary>
public interface IGroth16Randomness
{
    /// <summary>The blinding factors r and s of the next proof.</summary>
    (Fr R, Fr S) Next();
}

/// <summary>Blinding factors from a cryptographic random number generator.</summary>
/// <param name="generator">The generator; the caller keeps it. It must be safe for the threads that prove.</param>
public sealed class Groth16Randomness(RandomNumberGenerator generator) : IGroth16Randomness
{
    private static readonly RandomNumberGenerator System = RandomNumberGenerator.Create();

    /// <summary>The operating system's generator.</summary>
    public static Groth16Randomness Secure { get; } = new(System);

    /// <inheritdoc/>
    public (Fr R, Fr S) Next() => (NextScalar(), NextScalar());

    /// <summary>A uniform element of the scalar field, never zero.</summary>
    internal Fr NextScalar()
    {
        Span<byte> bytes = stackalloc byte[Fr.Size];
        while (true)
        {
            generator.GetBytes(bytes);
            bytes[^1] &= 0x7F; // r has 255 bits: less than half of the draws are thrown away
            if (Fr.TryRead(bytes, out var scalar) && !scalar.IsZero) return scalar;
        }
    }

    /// <summary>A uniform 128-bit number, never zero: enough that a batch check errs with probability 2⁻¹²⁸.</summary>
    internal Fr NextHalfScalar()
    {
        Span<byte> bytes = stackalloc byte[Fr.Size];
        while (true)
        {
            bytes.Clear();
            generator.GetBytes(bytes[..16]);
            var scalar = Fr.Read(bytes);
            if (!scalar.IsZero) return scalar;
        }
    }
}
