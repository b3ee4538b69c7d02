using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Proving.Groth16;

namespace Filecoin.Tests.Shared.Groth16;

/// <summary>
/// A verifying key whose secrets are known, so that a proof of any statement takes three multiplications and no circuit: what the set-up's
/// secret is thrown away for. For tests of what is done with valid proofs.
/// </summary>
internal sealed class KnownSecrets
{
    private readonly Fr _alpha, _beta, _gamma, _delta;
    private readonly Fr[] _ic;
    private int _next;

    /// <param name="inputs">Public inputs without the constant one.</param>
    /// <param name="name">Other names have other secrets.</param>
    public KnownSecrets(int inputs, string name = "key")
    {
        Name = name;
        (_alpha, _beta, _gamma, _delta) = (Draw(), Draw(), Draw(), Draw());
        _ic = [.. Enumerable.Range(0, inputs + 1).Select(_ => Draw())];
    }

    private string Name { get; }

    /// <summary>The key in its official form.</summary>
    public byte[] Key
    {
        get
        {
            var count = new byte[sizeof(uint)];
            BinaryPrimitives.WriteInt32BigEndian(count, _ic.Length);
            return
            [
                .. G1(_alpha).ToUncompressed(), .. G1(_beta).ToUncompressed(), .. G2(_beta).ToUncompressed(), .. G2(_gamma).ToUncompressed(),
                .. G1(_delta).ToUncompressed(), .. G2(_delta).ToUncompressed(), .. count, .. _ic.SelectMany(scalar => G1(scalar).ToUncompressed()),
            ];
        }
    }

    /// <summary>A valid proof; each call makes another one.</summary>
    public Groth16Proof Prove(ReadOnlySpan<Fr> inputs)
    {
        Fr a = Draw(), b = Draw(), sum = _ic[0];
        for (int i = 0; i < inputs.Length; i++) sum += inputs[i] * _ic[i + 1];
        return new Groth16Proof(G1(a), G2(b), G1(((a * b) - (_alpha * _beta) - (_gamma * sum)) * _delta.Inverse()));
    }

    /// <summary>The next element of a sequence that only the name determines.</summary>
    public Fr Draw()
    {
        var digest = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Name} {_next++}")));
        digest[^1] &= 0x3F;
        return Fr.Read(digest);
    }

    private static G1Affine G1(Fr scalar) => (G1Affine.Generator * scalar).ToAffine();

    private static G2Affine G2(Fr scalar) => (G2Affine.Generator * scalar).ToAffine();
}
