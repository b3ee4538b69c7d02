using System.Buffers.Binary;
using Filecoin.Native.Curves;

namespace Filecoin.Proving.Groth16;

/// <summary>
/// The verifying key of a circuit: what its set-up published for those who check proofs. Official binary form
/// (bellperson <c>groth16/verifying_key.rs</c>): α₁, β₁, β₂, γ₂, δ₁, δ₂ uncompressed, a big-endian u32 count, then IC.
/// </summary>
public sealed class VerifyingKey
{
    private const int FixedSize = 3 * G1Affine.UncompressedSize + 3 * G2Affine.UncompressedSize;

    /// <summary>No circuit of the network has more public inputs; a larger count is a damaged file.</summary>
    private const int MaxInputs = 1 << 24;

    private readonly G1Affine[] _ic;

    internal VerifyingKey(G1Affine alpha1, G1Affine beta1, G2Affine beta2, G2Affine gamma2, G1Affine delta1, G2Affine delta2, G1Affine[] ic)
    {
        Alpha1 = alpha1;
        Beta1 = beta1;
        Beta2 = beta2;
        Gamma2 = gamma2;
        Delta1 = delta1;
        Delta2 = delta2;
        _ic = ic;
    }

    /// <summary>[α]₁.</summary>
    public G1Affine Alpha1 { get; }

    /// <summary>[β]₁.</summary>
    public G1Affine Beta1 { get; }

    /// <summary>[β]₂.</summary>
    public G2Affine Beta2 { get; }

    /// <summary>[γ]₂.</summary>
    public G2Affine Gamma2 { get; }

    /// <summary>[δ]₁.</summary>
    public G1Affine Delta1 { get; }

    /// <summary>[δ]₂.</summary>
    public G2Affine Delta2 { get; }

    /// <summary>[(β·u_i(τ) + α·v_i(τ) + w_i(τ)) / γ]₁ of every public input, the constant one first.</summary>
    public ReadOnlySpan<G1Affine> Ic => _ic;

    /// <summary>Public inputs that a proof comes with: <see cref="Ic"/> without the constant one.</summary>
    public int PublicInputs => _ic.Length - 1;

    /// <summary>Bytes of the key in its official form.</summary>
    public int Size => FixedSize + sizeof(uint) + _ic.Length * G1Affine.UncompressedSize;

    /// <summary>Reads a verifying-key file, which holds nothing else.</summary>
    /// <exception cref="ParameterFileException">The file is missing, of the wrong length, or holds a point that is none.</exception>
    public static VerifyingKey ReadFile(string path)
    {
        if (!File.Exists(path)) throw new ParameterFileException(ParameterFileError.Missing, path, "no such file");
        var length = new FileInfo(path).Length;
        if (length > FixedSize + sizeof(uint) + (long)MaxInputs * G1Affine.UncompressedSize)
            throw new ParameterFileException(ParameterFileError.Oversized, path, $"{length} bytes are more than any verifying key has");
        var bytes = File.ReadAllBytes(path);
        var key = Read(bytes, path);
        if (bytes.Length > key.Size)
            throw new ParameterFileException(ParameterFileError.Oversized, path, $"the key ends at byte {key.Size}, the file at {bytes.Length}");
        return key;
    }

    /// <summary>Reads a key from the start of <paramref name="bytes"/>; what follows it is not looked at.</summary>
    /// <param name="bytes">The official binary form.</param>
    /// <param name="path">The file that the bytes came from, for errors.</param>
    /// <exception cref="ParameterFileException">The bytes end early or hold a point that is none.</exception>
    public static VerifyingKey Read(ReadOnlySpan<byte> bytes, string? path = null)
    {
        var count = PeekInputs(bytes, path);
        var reader = new PointReader(bytes, path);
        var alpha1 = reader.G1("alpha_g1");
        var beta1 = reader.G1("beta_g1");
        var beta2 = reader.G2("beta_g2");
        var gamma2 = reader.G2("gamma_g2");
        var delta1 = reader.G1("delta_g1");
        var delta2 = reader.G2("delta_g2");
        reader.Skip(sizeof(uint));
        var ic = new G1Affine[count];
        for (int i = 0; i < ic.Length; i++) ic[i] = reader.G1("ic");
        return new VerifyingKey(alpha1, beta1, beta2, gamma2, delta1, delta2, ic);
    }

    /// <summary>The key in its official form.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        var at = 0;
        void G1(G1Affine point)
        {
            point.WriteUncompressed(bytes.AsSpan(at, G1Affine.UncompressedSize));
            at += G1Affine.UncompressedSize;
        }
        void G2(G2Affine point)
        {
            point.WriteUncompressed(bytes.AsSpan(at, G2Affine.UncompressedSize));
            at += G2Affine.UncompressedSize;
        }
        G1(Alpha1);
        G1(Beta1);
        G2(Beta2);
        G2(Gamma2);
        G1(Delta1);
        G2(Delta2);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), _ic.Length);
        at += sizeof(uint);
        foreach (var point in _ic) G1(point);
        return bytes;
    }

    /// <summary>The number of IC points that a key announces, checked against the bytes that are there.</summary>
    internal static int PeekInputs(ReadOnlySpan<byte> bytes, string? path)
    {
        const int head = FixedSize + sizeof(uint);
        if (bytes.Length < head)
            throw new ParameterFileException(ParameterFileError.Truncated, path, $"a verifying key has at least {head} bytes, not {bytes.Length}");
        var count = BinaryPrimitives.ReadUInt32BigEndian(bytes[FixedSize..]);
        if (count is 0 or > MaxInputs)
            throw new ParameterFileException(ParameterFileError.WrongCircuit, path, $"{count} public inputs, expected 1 to {MaxInputs}");
        var size = head + (long)count * G1Affine.UncompressedSize;
        if (bytes.Length < size)
            throw new ParameterFileException(ParameterFileError.Truncated, path, $"{count} public inputs need {size} bytes, not {bytes.Length}");
        return (int)count;
    }

    private ref struct PointReader(ReadOnlySpan<byte> bytes, string? path)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        public void Skip(int count) => _at += count;

        public G1Affine G1(string name)
        {
            try
            {
                var point = G1Affine.ReadUncompressed(_bytes.Slice(_at, G1Affine.UncompressedSize));
                if (point.IsInfinity) throw Bad(name, "the point is at infinity", null);
                _at += G1Affine.UncompressedSize;
                return point;
            }
            catch (PointDecodingException e)
            {
                throw Bad(name, e.Message, e);
            }
        }

        public G2Affine G2(string name)
        {
            try
            {
                var point = G2Affine.ReadUncompressed(_bytes.Slice(_at, G2Affine.UncompressedSize));
                if (point.IsInfinity) throw Bad(name, "the point is at infinity", null);
                _at += G2Affine.UncompressedSize;
                return point;
            }
            catch (PointDecodingException e)
            {
                throw Bad(name, e.Message, e);
            }
        }

        private readonly ParameterFileException Bad(string name, string why, Exception? inner) =>
            new(ParameterFileError.BadPoint, path, $"{name} at byte {_at}: {why}", inner);
    }
}
