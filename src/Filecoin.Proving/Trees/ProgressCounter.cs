namespace Filecoin.Proving.Trees;

/// <summary>Adds up what several threads have done and tells how much it is.</summary>
internal sealed class ProgressCounter(IProgress<long>? progress)
{
    private long _done;

    public void Add(long count)
    {
        var done = Interlocked.Add(ref _done, count);
        progress?.Report(done);
    }
}
