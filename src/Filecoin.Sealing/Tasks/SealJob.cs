using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;

namespace Filecoin.Sealing.Tasks;

/// <summary>A sector to be sealed: what fixes its replica, and where its files go.</summary>
public sealed record SealJob
{
    /// <summary>Size, graph, layers, trees.</summary>
    public required PoRepConfig Config { get; init; }

    /// <summary>Who seals.</summary>
    public required ProverId Prover { get; init; }

    /// <summary>The sector's number.</summary>
    public required SectorNumber Sector { get; init; }

    /// <summary>Chain randomness bound into the replica.</summary>
    public required Ticket Ticket { get; init; }

    /// <summary>The pieces in the order of the data; none for a sector without data.</summary>
    public required IReadOnlyList<PieceInfo> Pieces { get; init; }

    /// <summary>Where the files are.</summary>
    public required SectorPaths Paths { get; init; }

    /// <summary>CommD by the pieces; TreeD over the data must lead to the same.</summary>
    /// <exception cref="PieceException">The pieces do not fit into the sector.</exception>
    public Commitment CommD => DataCommitment.Compute(Config.SectorSize, Pieces);

    /// <summary>The replica id.</summary>
    /// <exception cref="PieceException">The pieces do not fit into the sector.</exception>
    public ReplicaId ReplicaId => ReplicaId.Compute(Prover, Sector, Ticket, CommD, Config.PorepId);
}
