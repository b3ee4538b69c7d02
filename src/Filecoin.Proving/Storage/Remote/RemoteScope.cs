using System.Diagnostics.CodeAnalysis;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>What can be done with another machine's storage.</summary>
[Flags]
public enum RemoteOperations
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Ask for the room of a path.</summary>
    Stat = 1,

    /// <summary>Read files.</summary>
    Read = 2,

    /// <summary>Make vanilla proofs.</summary>
    Prove = 4,

    /// <summary>Delete files.</summary>
    Delete = 8,

    /// <summary>All of it.</summary>
    All = Stat | Read | Prove | Delete,
}

/// <summary>
/// What a token of remote storage allows and where. It stands in the token's subject, and such a token has no permissions of an API: what reads proofs
/// from one machine opens nothing else. A token of Lotus, which has no scope, needs the permission <c>admin</c> and then allows all.
/// </summary>
/// <param name="Operations">What it allows.</param>
/// <param name="Audience">The URL of the storage, <c>http://host:port/remote</c>; null for any that has the same secret.</param>
public sealed record RemoteScope(RemoteOperations Operations, string? Audience = null)
{
    private const string Prefix = "remote-storage:";

    /// <summary>Makes a token of this scope.</summary>
    /// <param name="key">The secret that the storage checks with.</param>
    /// <param name="expires">When it ends; null for never.</param>
    public string Sign(RpcTokenKey key, DateTimeOffset? expires = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Sign(RpcPermissions.None, $"{Prefix}{(int)Operations}:{Audience}", expires);
    }

    /// <summary>What a caller whose token was checked may do.</summary>
    public static bool TryOf(RpcIdentity identity, [NotNullWhen(true)] out RemoteScope? scope)
    {
        ArgumentNullException.ThrowIfNull(identity);
        scope = null;
        if (!identity.Subject.StartsWith(Prefix, StringComparison.Ordinal))
        {
            scope = identity.Permissions.HasFlag(RpcPermissions.Admin) ? new RemoteScope(RemoteOperations.All) : null;
            return scope is not null;
        }

        string[] parts = identity.Subject[Prefix.Length..].Split(':', 2);
        if (parts.Length != 2 || !int.TryParse(parts[0], out int operations) || (operations & ~(int)RemoteOperations.All) != 0)
            return false;
        scope = new RemoteScope((RemoteOperations)operations, parts[1].Length == 0 ? null : parts[1]);
        return true;
    }
}

/// <summary>Which token goes to which storage. Safe for concurrent use.</summary>
public interface IRemoteCredentials
{
    /// <summary>The token for a request; null to send none.</summary>
    /// <param name="baseUrl">The storage, <c>http://host:port/remote</c>.</param>
    /// <param name="operation">What is asked.</param>
    string? TokenFor(Uri baseUrl, RemoteOperations operation);
}

/// <summary>One token, sent only to storages that it is meant for.</summary>
/// <param name="token">The token.</param>
/// <param name="baseUrls">The storages, <c>http://host:port/remote</c>.</param>
public sealed class FixedRemoteToken(string token, IEnumerable<Uri> baseUrls) : IRemoteCredentials
{
    private readonly HashSet<Uri> _baseUrls = [.. baseUrls];

    /// <inheritdoc/>
    public string? TokenFor(Uri baseUrl, RemoteOperations operation) => _baseUrls.Contains(baseUrl) ? token : null;
}

/// <summary>A token for each request: for this storage, for this operation, for some minutes. Whoever gets one can do nothing else with it.</summary>
/// <param name="key">The secret that the storages check with.</param>
/// <param name="lifetime">How long a token lasts; null for five minutes.</param>
/// <param name="time">The clock.</param>
public sealed class ScopedRemoteTokens(RpcTokenKey key, TimeSpan? lifetime = null, TimeProvider? time = null) : IRemoteCredentials
{
    private readonly TimeSpan _lifetime = lifetime ?? TimeSpan.FromMinutes(5);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public string? TokenFor(Uri baseUrl, RemoteOperations operation)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        return new RemoteScope(operation, baseUrl.ToString().TrimEnd('/')).Sign(key, _time.GetUtcNow() + _lifetime);
    }
}
