using System.Runtime.ExceptionServices;

namespace Filecoin.Proving.PoRep;

/// <summary>Runs independent pieces of work on several threads; the first error comes out as itself, not wrapped.</summary>
internal static class Workers
{
    public static void For(int count, ParallelOptions options, Action<int> work)
    {
        try
        {
            Parallel.For(0, count, options, work);
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.Flatten().InnerExceptions[0]);
        }
    }
}
