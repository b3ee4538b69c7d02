namespace Filecoin.Proving.Storage.Remote;

/// <summary>Why another machine's storage did not give what was asked.</summary>
public enum RemoteFault
{
    /// <summary>It has no such file.</summary>
    NotFound,

    /// <summary>The token is missing, is not one of its own, or does not allow it.</summary>
    Denied,

    /// <summary>It cannot be reached, broke off, took too long, or is overloaded: later or elsewhere it may work.</summary>
    Unavailable,

    /// <summary>What it sent cannot be: of another form or length, or with names that a sector does not have.</summary>
    Invalid,

    /// <summary>It found its copy damaged, or of another sector.</summary>
    Damaged,

    /// <summary>It refused the request as one that cannot be.</summary>
    Refused,
}

/// <summary>Another machine's storage did not give what was asked.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="innerException">The cause.</param>
public sealed class RemoteStorageException(RemoteFault fault, string message, Exception? innerException = null) : IOException(message, innerException)
{
    /// <summary>Why.</summary>
    public RemoteFault Fault { get; } = fault;

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient => Fault == RemoteFault.Unavailable;
}
