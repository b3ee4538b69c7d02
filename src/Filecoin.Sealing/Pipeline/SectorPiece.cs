using System.Text.Json.Serialization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Pipeline;

/// <summary>What the chain is told about a piece, and how long it must be kept.</summary>
public sealed record PieceTerms
{
    /// <summary>No deal: data without a client.</summary>
    public static PieceTerms None { get; } = new();

    /// <summary>The client's actor number, with <see cref="Allocation"/>.</summary>
    public ulong? Client { get; init; }

    /// <summary>The allocation of the verified registry that the piece claims.</summary>
    public ulong? Allocation { get; init; }

    /// <summary>Who is told when the piece is activated, with <see cref="NotifyPayload"/>; the market actor for a deal.</summary>
    public string? NotifyAddress { get; init; }

    /// <summary>What it is told.</summary>
    public byte[]? NotifyPayload { get; init; }

    /// <summary>The epoch by which the sector must be proven.</summary>
    public long? StartEpoch { get; init; }

    /// <summary>The epoch up to which the sector must live.</summary>
    public long? EndEpoch { get; init; }

    /// <summary>Whether the pieces must lie in one sector's lifetime.</summary>
    [JsonIgnore]
    public bool IsDeal => StartEpoch is not null || EndEpoch is not null || Allocation is not null;
}

/// <summary>A piece of a sector.</summary>
/// <param name="Id">The staged piece.</param>
/// <param name="CommP">64 hexadecimal digits.</param>
/// <param name="PaddedSize">Bytes after padding, a power of two.</param>
/// <param name="DataBytes">Bytes of data; zeros fill the rest.</param>
/// <param name="Path">The staged data.</param>
/// <param name="Terms">What the chain is told about it.</param>
public sealed record SectorPiece(string Id, string CommP, long PaddedSize, long DataBytes, string Path, PieceTerms Terms)
{
    /// <summary>Commitment and size.</summary>
    [JsonIgnore]
    public PieceInfo Info => new(Commitment.Parse(CommP), PieceSize.FromPadded(PaddedSize));

    /// <summary>What activation tells the chain.</summary>
    internal PieceActivationManifest Manifest() => new(
        Info.Cid, (ulong)PaddedSize,
        Terms is { Client: { } client, Allocation: { } allocation } ? new VerifiedAllocationKey(client, allocation) : null,
        Terms is { NotifyAddress: { } address } ? [new DataActivationNotification(Address.Parse(address), Terms.NotifyPayload ?? [])] : []);
}
