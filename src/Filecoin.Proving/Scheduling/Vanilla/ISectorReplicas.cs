using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Scheduling.Vanilla;

/// <summary>Knows where sectors lie. Safe for concurrent use.</summary>
public interface ISectorReplicas
{
    /// <summary>
    /// Every place from which a sector can be read now, the best first; none when nothing is known of it. Whoever is content with the first never
    /// waits for what it takes to know the others.
    /// </summary>
    /// <param name="sector">The sector.</param>
    /// <param name="size">Its size.</param>
    /// <param name="updated">Whether the update file and its cache are wanted instead of the sealed file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncEnumerable<ISectorReplica> FindAsync(SectorId sector, SectorSize size, bool updated, CancellationToken cancellationToken = default);
}

/// <summary>One readable copy of a sector, on this machine or another.</summary>
public interface ISectorReplica
{
    /// <summary>What it is called in logs and reports: a storage path or a URL.</summary>
    string Place { get; }

    /// <summary>
    /// Reads the vanilla proof where the copy lies. Ending the wait with <paramref name="cancellationToken"/> always works at once, even while the
    /// storage hangs.
    /// </summary>
    /// <exception cref="SectorFileException">A file of the copy is missing, short, damaged or of another sector.</exception>
    /// <exception cref="VanillaReadException">The copy could not be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    Task<SectorProof> ReadAsync(VanillaChallenge challenge, CancellationToken cancellationToken = default);
}

/// <summary>A vanilla proof could not be read from a place.</summary>
/// <param name="place">The storage path or URL.</param>
/// <param name="message">What was expected and what came.</param>
/// <param name="innerException">The cause.</param>
public sealed class VanillaReadException(string place, string message, Exception? innerException = null)
    : IOException($"{place}: {message}", innerException)
{
    /// <summary>The storage path or URL.</summary>
    public string Place { get; } = place;
}
