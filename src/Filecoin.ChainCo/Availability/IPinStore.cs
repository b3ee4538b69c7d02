namespace Filecoin.ChainCo.Availability;

/// <summary>What a pin decides. Each kind has its own keys.</summary>
public static class PinKind
{
    /// <summary>Sender address, or a daemon-side book, to the daemon that numbers and signs.</summary>
    public const string Sender = "sender";

    /// <summary>Miner and epoch to the CID of the one block that may be published.</summary>
    public const string Block = "block";

    /// <summary>Miner and parents to the CID of the one block that may be published on them.</summary>
    public const string Parents = "parents";

    /// <summary>Miner to the daemon that issues its F3 tickets.</summary>
    public const string F3Miner = "f3";

    /// <summary>A message's UUID to what is known of its sending: where it may have been sent, or the CID as which it was.</summary>
    public const string Message = "message";
}

/// <summary>
/// What coordinators side by side must agree on before anything is signed or published: which daemon numbers a sender's messages, and which block of a
/// miner and epoch is the one. The first claim wins and stays.
/// </summary>
public interface IPinStore : IAsyncDisposable
{
    /// <summary>Whether all coordinators of the pool see these pins.</summary>
    bool IsShared { get; }

    /// <summary>Claims a key for a value, durably as far as the store is durable.</summary>
    /// <returns>The value for which the key is claimed: <paramref name="value"/> for the winner, the winner's for everyone else.</returns>
    /// <exception cref="PinStoreException">The store cannot be reached: nothing is claimed, and nothing may be signed.</exception>
    Task<string> ClaimAsync(string kind, string key, string value, CancellationToken cancellationToken = default);

    /// <summary>Looks a claim up.</summary>
    /// <exception cref="PinStoreException">The store cannot be reached.</exception>
    Task<string?> FindAsync(string kind, string key, CancellationToken cancellationToken = default);

    /// <summary>Moves a claim from one value to another; false when the present value is not <paramref name="from"/>.</summary>
    /// <exception cref="PinStoreException">The store cannot be reached.</exception>
    Task<bool> MoveAsync(string kind, string key, string from, string to, CancellationToken cancellationToken = default);

    /// <summary>Keeps everyone else from the same name until the lock is disposed of: among all coordinators when the store is shared.</summary>
    /// <exception cref="PinStoreException">The store cannot be reached.</exception>
    Task<IAsyncDisposable> LockAsync(string name, CancellationToken cancellationToken = default);
}

/// <summary>The pins cannot be read or written now.</summary>
/// <param name="message">What failed.</param>
/// <param name="innerException">The cause.</param>
public sealed class PinStoreException(string message, Exception? innerException = null) : Exception(message, innerException);
