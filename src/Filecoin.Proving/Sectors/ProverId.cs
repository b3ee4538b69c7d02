using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Proving.Sectors;

/// <summary>Who seals: the payload of the miner's id address (unsigned LEB128 of the actor id), padded with zeros.</summary>
public readonly record struct ProverId
{
    private readonly Bytes32 value;

    private ProverId(Bytes32 value) => this.value = value;

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span => value.Span;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="FormatException">The span is not 32 bytes.</exception>
    public static ProverId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.From(bytes, "Prover id"));

    /// <summary>Reads 64 hexadecimal digits, any case.</summary>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static ProverId Parse(ReadOnlySpan<char> hex) => new(Bytes32.Parse(hex, "Prover id"));

    /// <summary>The prover id of a miner actor.</summary>
    public static ProverId FromActorId(ulong actorId)
    {
        Bytes32 value = default;
        var i = 0;
        for (; actorId >= 0x80; actorId >>= 7)
            value[i++] = (byte)(actorId | 0x80);
        value[i] = (byte)actorId;
        return new ProverId(value);
    }

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => value.ToArray();

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => value.ToString();
}
