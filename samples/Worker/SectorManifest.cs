using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Samples.Worker;

/// <summary>
/// What this machine must remember of a sector, <c>s-t01000-1.json</c> beside its files: who, which proof, which ticket, which pieces,
/// and once it is sealed the commitments.
/// </summary>
internal sealed record SectorManifest
{
    public required string Miner { get; init; }

    public required ulong Sector { get; init; }

    public required RegisteredSealProof SealProof { get; init; }

    public required string Ticket { get; init; }

    /// <summary>Null until the data is staged; empty for committed capacity.</summary>
    public IReadOnlyList<ManifestPiece>? Pieces { get; init; }

    public string? CommD { get; init; }

    public string? CommR { get; init; }

    public string? UnsealedCid { get; init; }

    public string? SealedCid { get; init; }

    public string? ReplicaId { get; init; }

    /// <summary>Vanilla proofs that were made, for a later check.</summary>
    public IReadOnlyList<ManifestProof> Proofs { get; init; } = [];

    internal SectorId Id => new(Names.ActorId(Miner), new SectorNumber(Sector));

    internal PoRepConfig Config => PoRepConfig.For(SealProof);

    internal bool IsSealed => CommR is not null;

    /// <summary>CommR of a sealed sector.</summary>
    internal Commitment Replica => Commitment.Parse(CommR ?? throw new WorkerException($"Sector {Id} is not sealed."));

    /// <summary>The sealing job, once the pieces are known.</summary>
    internal SealJob Job(string directory)
    {
        if (Pieces is null)
            throw new WorkerException($"Sector {Id} has no data yet.");
        return new SealJob
        {
            Config = Config,
            Prover = ProverId.FromActorId(Id.Miner),
            Sector = Id.Number,
            Ticket = Filecoin.Proving.Sectors.Ticket.Parse(Ticket),
            Pieces = [.. Pieces.Select(p => p.Info)],
            Paths = SectorPaths.Under(directory, Id, Pieces.Count > 0),
        };
    }

    internal ReplicaFiles Files(string directory)
    {
        var paths = SectorPaths.Under(directory, Id);
        return new ReplicaFiles(paths.Cache, paths.Sealed);
    }

    internal SectorManifest With(PreCommitOutput output, ReplicaId replicaId) => this with
    {
        CommD = output.CommD.ToString(),
        CommR = output.CommR.ToString(),
        UnsealedCid = Cid.FromPieceCommitment(output.CommD.Span).ToString(),
        SealedCid = Cid.FromSealedCommitment(output.CommR.Span).ToString(),
        ReplicaId = replicaId.ToString(),
    };

    internal SectorManifest With(ManifestProof proof) => this with
    {
        Proofs = [.. Proofs.Where(p => p.File != proof.File), proof],
    };
}

/// <summary>A piece of a sector.</summary>
internal sealed record ManifestPiece(string PieceCid, string CommP, long PaddedSize, long UnpaddedOffset, long DataBytes)
{
    internal PieceInfo Info => new(Commitment.Parse(CommP), PieceSize.FromPadded(PaddedSize));

    internal static ManifestPiece Of(PlacedPiece placed, long dataBytes) => new(
        placed.Piece.Cid.ToString(), placed.Piece.CommP.ToString(), placed.Piece.Size.Padded, placed.UnpaddedOffset, dataBytes);
}

/// <summary>A vanilla proof in a file, and the randomness it answers.</summary>
/// <param name="Kind"><c>porep</c>, <c>winning</c> or <c>window</c>.</param>
/// <param name="File">Its file, relative to the directory of the sectors.</param>
/// <param name="Format"><c>json</c> or <c>bincode</c>.</param>
/// <param name="Randomness">The seed, or the PoSt's randomness.</param>
internal sealed record ManifestProof(string Kind, string File, string Format, string Randomness);
