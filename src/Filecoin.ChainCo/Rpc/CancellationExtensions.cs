namespace Filecoin.ChainCo.Rpc;

/// <summary>Cancelling what may be over.</summary>
internal static class CancellationExtensions
{
    /// <summary>Cancels, unless whoever has the source has just ended and disposed of it.</summary>
    public static void CancelUnlessOver(this CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this moment.
        }
    }
}
