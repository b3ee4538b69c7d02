namespace Filecoin.Samples.Worker;

/// <summary>What the process ends with. Scripts may rely on it.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>An error that nobody foresaw: a defect.</summary>
    public const int Defect = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>A file, a piece, a size or a sector cannot be used; the message says which, what was expected and what was found.</summary>
    public const int BadInput = 3;

    /// <summary>The check is through, and something does not hold.</summary>
    public const int CheckFailed = 4;

    /// <summary>The storage: full, unreadable, or not permitted. The same command may succeed later.</summary>
    public const int Storage = 5;

    /// <summary>Another process works on the sector.</summary>
    public const int Busy = 6;

    /// <summary>Cancelled. The same command goes on where this one was.</summary>
    public const int Cancelled = 130;

    public const string Help =
        "Exit codes: 0 done, 1 defect, 2 command line, 3 bad input, 4 check failed, 5 storage, 6 sector busy, 130 cancelled.";
}
