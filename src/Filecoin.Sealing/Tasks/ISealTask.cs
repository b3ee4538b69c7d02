using Filecoin.Proving.Storage;

namespace Filecoin.Sealing.Tasks;

/// <summary>
/// One step of sealing. It says what it needs and what it leaves, and may be run again after any kill: what is done stays, what is
/// half done is done anew.
/// </summary>
public interface ISealTask
{
    /// <summary>Which step.</summary>
    SealPhase Phase { get; }

    /// <summary>Files that must be there.</summary>
    IReadOnlyList<SealFile> Needs(SealJob job);

    /// <summary>Files that are there when it is done.</summary>
    IReadOnlyList<SealFile> Leaves(SealJob job);

    /// <summary>Does what is left to do.</summary>
    /// <param name="job">The sector.</param>
    /// <param name="record">What is known to be done, kept beside the files.</param>
    /// <param name="context">What tasks share.</param>
    /// <param name="progress">Progress of the phase.</param>
    /// <param name="cancellation">Ends the work; running again goes on from there.</param>
    /// <exception cref="SectorFileException">A file that the task needs is missing, short, or contradicts the rest.</exception>
    /// <exception cref="DiskFullException">There is no room for what it leaves.</exception>
    void Run(SealJob job, SealRecord record, SealContext context, IProgress<SealProgress>? progress, CancellationToken cancellation);
}
