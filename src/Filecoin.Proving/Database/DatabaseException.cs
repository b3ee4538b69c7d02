namespace Filecoin.Proving.Database;

/// <summary>The database did not do what was asked. Nothing of the transaction was kept, unless <see cref="OutcomeUnknown"/>.</summary>
/// <param name="message">What failed.</param>
/// <param name="isTransient">Whether the same work may succeed later.</param>
/// <param name="innerException">The cause.</param>
public sealed class DatabaseException(string message, bool isTransient, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether the same work may succeed later: the server is away, busy, or chose another transaction.</summary>
    public bool IsTransient { get; } = isTransient;

    /// <summary>The connection broke while committing: the transaction may have been kept.</summary>
    public bool OutcomeUnknown { get; init; }
}
