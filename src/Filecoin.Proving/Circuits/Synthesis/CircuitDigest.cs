using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits.Gadgets;

namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>
/// The digest of a whole constraint system: SHA-256 over all constraints in order; of each, the combinations A, B, C; of a combination,
/// the number of terms (u32) and the terms sorted by kind (u8: 0 input, 1 auxiliary) and index (u64), each with its coefficient
/// (32 bytes). All little-endian; equal variables merged, zero coefficients left out. Two circuits of one digest have the same
/// parameters.
/// </summary>
internal sealed class CircuitDigest : IDisposable
{
    private const int TermBytes = 1 + 8 + Fr.Size;
    private const int BufferBytes = 1 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private readonly byte[] _one = Encode(Fr.One);
    private readonly byte[] _minusOne = Encode(Coefficients.MinusOne);
    private Term[] _terms = new Term[256];
    private long[] _keys = new long[256];
    private int _filled;

    private CircuitDigest()
    {
    }

    /// <summary>Digests a circuit, a constraint at a time.</summary>
    /// <returns>The counts, with the constant one, and the digest in lower-case hexadecimal.</returns>
    public static (CircuitCounts Counts, string Digest) Of(Circuit circuit)
    {
        using var digest = new CircuitDigest();
        var recorder = new Recorder(digest);
        circuit.Synthesize(ref recorder);
        digest._hash.AppendData(digest._buffer, 0, digest._filled);
        return (recorder.Counts, Convert.ToHexStringLower(digest._hash.GetHashAndReset()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private static byte[] Encode(Fr value)
    {
        var bytes = new byte[Fr.Size];
        value.Write(bytes);
        return bytes;
    }

    private void Append(ReadOnlySpan<Term> combination)
    {
        int count = Canonicalize(combination);
        Span<byte> header = Reserve(4);
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)count);
        for (int i = 0; i < count; i++)
        {
            ref readonly Term term = ref _terms[i];
            Span<byte> bytes = Reserve(TermBytes);
            bytes[0] = term.Variable.IsInput ? (byte)0 : (byte)1;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[1..], (ulong)term.Variable.Index);
            if (term.Coefficient.IsOne)
            {
                _one.CopyTo(bytes[9..]);
            }
            else if (term.Coefficient == Coefficients.MinusOne)
            {
                _minusOne.CopyTo(bytes[9..]);
            }
            else
            {
                term.Coefficient.Write(bytes[9..]);
            }
        }
    }

    /// <summary>Sorts the terms by variable, merges equal variables and drops zeros; returns how many are left.</summary>
    private int Canonicalize(ReadOnlySpan<Term> combination)
    {
        if (combination.Length > _terms.Length)
        {
            Array.Resize(ref _terms, combination.Length * 2);
            Array.Resize(ref _keys, combination.Length * 2);
        }
        combination.CopyTo(_terms);
        for (int i = 0; i < combination.Length; i++)
        {
            Variable variable = combination[i].Variable;
            _keys[i] = variable.IsInput ? variable.Index : (1L << 32) + variable.Index;
        }
        Array.Sort(_keys, _terms, 0, combination.Length);
        int count = 0;
        for (int i = 0; i < combination.Length;)
        {
            Variable variable = _terms[i].Variable;
            Fr coefficient = _terms[i].Coefficient;
            for (i++; i < combination.Length && _terms[i].Variable == variable; i++)
            {
                coefficient += _terms[i].Coefficient;
            }
            if (!coefficient.IsZero)
            {
                _terms[count++] = new Term(variable, coefficient);
            }
        }
        return count;
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_filled + bytes > _buffer.Length)
        {
            _hash.AppendData(_buffer, 0, _filled);
            _filled = 0;
        }
        Span<byte> reserved = _buffer.AsSpan(_filled, bytes);
        _filled += bytes;
        return reserved;
    }

    private struct Recorder(CircuitDigest digest) : IConstraintSystem
    {
        private readonly CircuitDigest _digest = digest;
        private long _constraints;
        private int _inputs = 1;
        private int _auxiliaries;

        public static bool HasWitness => false;

        public readonly CircuitCounts Counts => new(_constraints, _inputs, _auxiliaries);

        public Variable Allocate(in Fr value) => Variable.Auxiliary(_auxiliaries++);

        public Variable AllocateInput(in Fr value) => Variable.Input(_inputs++);

        public void Enforce(string name, scoped ReadOnlySpan<Term> a, scoped ReadOnlySpan<Term> b, scoped ReadOnlySpan<Term> c)
        {
            _constraints++;
            _digest.Append(a);
            _digest.Append(b);
            _digest.Append(c);
        }

        public void Bind(string name, scoped ReadOnlySpan<Term> sum, Variable variable, in Fr value) =>
            Enforce(name, sum, [Variable.One], [variable]);

        public readonly void Enter(string gadget)
        {
        }

        public readonly void Enter(string gadget, int index)
        {
        }

        public readonly void Leave()
        {
        }
    }
}
