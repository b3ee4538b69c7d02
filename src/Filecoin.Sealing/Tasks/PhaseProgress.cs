using Filecoin.Proving.Labels;

namespace Filecoin.Sealing.Tasks;

/// <summary>Puts a phase's name on the progress of the rooms below.</summary>
internal sealed class PhaseProgress(SealPhase phase, long total, IProgress<SealProgress> progress) : IProgress<long>, IProgress<SdrProgress>
{
    public static PhaseProgress? For(SealPhase phase, long total, IProgress<SealProgress>? progress) =>
        progress is null ? null : new PhaseProgress(phase, total, progress);

    public void Report(long value) => progress.Report(new SealProgress(phase, value, total));

    public void Report(SdrProgress value) => progress.Report(new SealProgress(phase, value.Done, value.Total));
}
