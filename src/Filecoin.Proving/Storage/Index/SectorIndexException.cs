namespace Filecoin.Proving.Storage.Index;

/// <summary>Why the sector index refused.</summary>
public enum SectorIndexFault
{
    /// <summary>No storage path has that id.</summary>
    UnknownPath,

    /// <summary>What was given cannot be: a URL of another form, no kind of file, a number that no sector has.</summary>
    Invalid,

    /// <summary>No storage path that lives has the room and allows the files.</summary>
    NoRoom,

    /// <summary>The lock is not held any more: its lease ran out.</summary>
    LockLost,
}

/// <summary>The sector index did not do what was asked, and nothing changed.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="innerException">The cause.</param>
public sealed class SectorIndexException(SectorIndexFault fault, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public SectorIndexFault Fault { get; } = fault;
}
