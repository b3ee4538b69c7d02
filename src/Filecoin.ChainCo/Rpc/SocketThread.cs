using System.Runtime.CompilerServices;

namespace Filecoin.ChainCo.Rpc;

/// <summary>
/// Courtesy towards the threads that wait for sockets: where a process has their completions run in place, the code of all connections runs on them, and
/// what takes long belongs elsewhere.
/// </summary>
internal static class SocketThread
{
    /// <summary>Reading JSON of this size takes about a quarter of a millisecond.</summary>
    private const int Large = 256 << 10;

    /// <summary>Goes on in the thread pool when a message of so many bytes is to be worked on, and at once when it is small.</summary>
    public static ConfiguredTaskAwaitable LeaveWith(int bytes) =>
        Task.CompletedTask.ConfigureAwait(bytes > Large ? ConfigureAwaitOptions.ForceYielding : ConfigureAwaitOptions.None);
}
