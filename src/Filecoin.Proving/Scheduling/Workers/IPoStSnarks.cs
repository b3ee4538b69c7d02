using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>Makes the SNARKs of PoSt jobs on this machine. Safe for concurrent use.</summary>
public interface IPoStSnarks
{
    /// <summary>Proves a job; blocks for as long as that takes.</summary>
    /// <param name="job">The job.</param>
    /// <param name="progress">Told as the proof goes on.</param>
    /// <param name="cancellationToken">Ends the work; nothing is kept.</param>
    /// <returns>192 bytes.</returns>
    byte[] Prove(PoStJob job, IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>The provers of this library as workers use them.</summary>
/// <param name="window">Proves partitions.</param>
/// <param name="winning">Proves winning sectors.</param>
public sealed class PoStSnarks(IWindowPoStProver window, IWinningPoStProver winning) : IPoStSnarks
{
    /// <inheritdoc/>
    public byte[] Prove(PoStJob job, IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Proof.Kind == PoStKind.Winning
            ? winning.Prove(job.Proof, job.PublicInputs, job.Vanilla[0], progress, cancellationToken)
            : window.Prove(job.Proof, job.PublicInputs, job.Vanilla, progress, cancellationToken);
    }
}
