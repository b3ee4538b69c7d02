using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.PoSt;

/// <summary>The verdict on one sector.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Condition">What was found.</param>
/// <param name="Reason">What was expected and what was found, with the file; null if readable.</param>
/// <param name="Error">The error that led to the verdict; null if readable.</param>
public sealed record SectorReadability(PoStSector Sector, SectorCondition Condition, string? Reason = null, Exception? Error = null)
{
    /// <summary>Nodes looked at by default.</summary>
    public const int DefaultChallenges = 3;

    /// <summary>Whether the sector would be proven, as far as was looked.</summary>
    public bool IsReadable => Condition == SectorCondition.Readable;

    /// <summary>
    /// Looks at a sector as a window PoSt would, at a few nodes: reads <c>p_aux</c>, the tree files, and the pieces of the sealed file below those nodes.
    /// A bad sector is a verdict, never an exception, so that one does not spoil the look at its neighbours.
    /// </summary>
    /// <param name="size">The sector's size.</param>
    /// <param name="files">Where it is.</param>
    /// <param name="sector">Its number and CommR.</param>
    /// <param name="randomness">Decides on the nodes; fresh each time, so that in time all of the sector is looked at.</param>
    /// <param name="challenges">Number of nodes, 1 to 10.</param>
    /// <param name="cancellation">Ends the look between two nodes.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SectorReadability Check(
        SectorSize size,
        ReplicaFiles files,
        PoStSector sector,
        PoStRandomness randomness,
        int challenges = DefaultChallenges,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentOutOfRangeException.ThrowIfLessThan(challenges, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(challenges, PoStConfig.WindowChallenges);
        var config = PoStConfig.Create(PoStKind.Window, size, ApiVersion.V1_2);
        var nodes = PoStChallenges.ForSector(config, randomness, sector.Number, 0);
        try
        {
            SectorProver.Prove(size, files, sector, nodes.AsSpan(0, challenges), cancellation);
            return new(sector, SectorCondition.Readable);
        }
        catch (SectorFileException error)
        {
            return new(sector, ConditionOf(error.Fault), error.Message, error);
        }
        catch (UnauthorizedAccessException error)
        {
            return new(sector, SectorCondition.Denied, error.Message, error);
        }
        catch (IOException error)
        {
            return new(sector, SectorCondition.ReadError, error.Message, error);
        }
    }

    private static SectorCondition ConditionOf(SectorFileFault fault) => fault switch
    {
        SectorFileFault.Missing => SectorCondition.Missing,
        SectorFileFault.Length => SectorCondition.WrongLength,
        SectorFileFault.OtherSector => SectorCondition.OtherSector,
        _ => SectorCondition.Damaged,
    };
}
