namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>What a token allows, as in Lotus; each is granted by itself.</summary>
[Flags]
public enum RpcPermissions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Looking at the chain.</summary>
    Read = 1,

    /// <summary>Changing what the daemon keeps, pushing signed messages, publishing blocks.</summary>
    Write = 2,

    /// <summary>Having the daemon sign.</summary>
    Sign = 4,

    /// <summary>Keys, tokens, and the daemon itself.</summary>
    Admin = 8,

    /// <summary>All of them.</summary>
    All = Read | Write | Sign | Admin,
}
