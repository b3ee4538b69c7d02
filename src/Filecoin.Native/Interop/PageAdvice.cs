using System.Runtime.InteropServices;

namespace Filecoin.Native.Interop;

/// <summary>madvise(2) on Linux and macOS; no effect elsewhere.</summary>
internal static unsafe partial class PageAdvice
{
    private const int DontNeed = 4;
    private const int LinuxHugePage = 14;

    internal static void Give(byte* start, long length, MemoryAdvice advice)
    {
        if (advice is < MemoryAdvice.Normal or > MemoryAdvice.HugePages)
            throw new ArgumentOutOfRangeException(nameof(advice), advice, null);
        var linux = OperatingSystem.IsLinux();
        if (!(linux || OperatingSystem.IsMacOS()) || length == 0)
            return;
        var code = advice switch
        {
            MemoryAdvice.Release => DontNeed,
            MemoryAdvice.HugePages => linux ? LinuxHugePage : -1,
            _ => (int)advice,
        };
        if (code < 0)
            return;

        // Advice is on whole pages: those that the range touches, except where it would reach past the range by giving pages away.
        var page = (nuint)Environment.SystemPageSize;
        var first = (nuint)start;
        var end = first + (nuint)length;
        var inward = advice == MemoryAdvice.Release;
        first = inward ? (first + page - 1) / page * page : first / page * page;
        end = inward ? end / page * page : (end + page - 1) / page * page;
        if (end > first)
            _ = MemoryAdvise((void*)first, end - first, code);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
