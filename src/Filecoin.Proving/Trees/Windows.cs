using System.Runtime.ExceptionServices;

namespace Filecoin.Proving.Trees;

/// <summary>Runs numbered windows of work on an explicit number of threads, each with its own buffers.</summary>
internal static class Windows
{
    /// <param name="count">Windows 0 … count − 1.</param>
    /// <param name="degree">Threads at most; with 1 the caller's thread does the work.</param>
    /// <param name="state">Makes a thread's buffers.</param>
    /// <param name="work">One window.</param>
    /// <param name="cancellation">Ends the run before the next window.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run<TState>(long count, int degree, Func<TState> state, Action<long, TState> work, CancellationToken cancellation)
    {
        if (degree == 1 || count == 1)
        {
            var own = state();
            for (long window = 0; window < count; window++)
            {
                cancellation.ThrowIfCancellationRequested();
                work(window, own);
            }

            return;
        }

        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = degree, CancellationToken = cancellation };
            Parallel.For(0, count, options, state, (window, _, own) =>
            {
                work(window, own);
                return own;
            }, static _ => { });
        }
        catch (AggregateException error)
        {
            // What went wrong first says why; the others are the same full disk or the same bad file.
            ExceptionDispatchInfo.Throw(error.Flatten().InnerExceptions[0]);
        }
    }
}
