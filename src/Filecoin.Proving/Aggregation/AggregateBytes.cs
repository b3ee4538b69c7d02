using System.Buffers.Binary;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Proving.Groth16;

namespace Filecoin.Proving.Aggregation;

/// <summary>Reads an aggregate's elements one after the other; the caller has checked the length.</summary>
internal ref struct AggregateReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public void Skip(int count) => _at += count;

    public PairCommitment Commitment(string name) => new(Gt(name), Gt(name));

    public Fp12 Gt(string name)
    {
        try
        {
            return TargetGroup.ReadCompressed(Take(TargetGroup.CompressedSize));
        }
        catch (PointDecodingException e)
        {
            throw Bad(name, TargetGroup.CompressedSize, e);
        }
    }

    public G1Affine G1(string name)
    {
        try
        {
            return G1Affine.ReadCompressed(Take(G1Affine.CompressedSize));
        }
        catch (PointDecodingException e)
        {
            throw Bad(name, G1Affine.CompressedSize, e);
        }
    }

    public G2Affine G2(string name)
    {
        try
        {
            return G2Affine.ReadCompressed(Take(G2Affine.CompressedSize));
        }
        catch (PointDecodingException e)
        {
            throw Bad(name, G2Affine.CompressedSize, e);
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    private readonly MalformedProofException Bad(string name, int size, PointDecodingException error) =>
        new(_at - size, $"{name} of the aggregate cannot be read: {error.Message}", error);
}

/// <summary>Writes an aggregate's elements one after the other.</summary>
internal ref struct AggregateWriter(Span<byte> bytes)
{
    private Span<byte> _rest = bytes;

    public void Write(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_rest, value);
        _rest = _rest[sizeof(uint)..];
    }

    public void Write(PairCommitment value)
    {
        Write(value.T);
        Write(value.U);
    }

    public void Write(in Fp12 value)
    {
        TargetGroup.WriteCompressed(value, _rest);
        _rest = _rest[TargetGroup.CompressedSize..];
    }

    public void Write(in G1Affine value)
    {
        value.WriteCompressed(_rest);
        _rest = _rest[G1Affine.CompressedSize..];
    }

    public void Write(in G2Affine value)
    {
        value.WriteCompressed(_rest);
        _rest = _rest[G2Affine.CompressedSize..];
    }
}
