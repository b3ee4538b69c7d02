using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Localnet.State;

/// <summary>Which code an actor runs.</summary>
internal enum ActorKind
{
    /// <summary>The system actor, f00: sends implicit messages.</summary>
    System,

    /// <summary>Makes actors, f01.</summary>
    Init,

    /// <summary>Pays block rewards, f02.</summary>
    Reward,

    /// <summary>Runs at the end of each epoch, f03.</summary>
    Cron,

    /// <summary>Counts power and makes miners, f04.</summary>
    Power,

    /// <summary>Deals, f05; has a balance and no methods here.</summary>
    Market,

    /// <summary>A key's account.</summary>
    Account,

    /// <summary>A storage miner.</summary>
    Miner,
}

/// <summary>An actor: its code, balance and next message number.</summary>
/// <param name="Kind">Its code.</param>
/// <param name="Balance">attoFIL.</param>
/// <param name="Nonce">The number of the next message from it.</param>
/// <param name="Robust">The key address of an account, the f2 address of a miner; undefined for singletons.</param>
internal sealed record ActorEntry(ActorKind Kind, TokenAmount Balance, ulong Nonce = 0, Address Robust = default)
{
    /// <summary>A stand-in for the code CID that a network's bundle would give this kind: an identity CID of its name.</summary>
    public Cid Code => CodeOf(Kind);

    /// <summary>The code CID of a kind.</summary>
    public static Cid CodeOf(ActorKind kind) => Cid.Create(
        Multicodec.Raw, Multicodec.Identity, System.Text.Encoding.ASCII.GetBytes($"localnet/{kind.ToString().ToLowerInvariant()}"));
}

/// <summary>Ids of the actors that every network has (go-state-types <c>builtin/singletons.go</c>).</summary>
internal static class SingletonActors
{
    /// <summary>f00.</summary>
    public const ulong System = 0;

    /// <summary>f01.</summary>
    public const ulong Init = 1;

    /// <summary>f02.</summary>
    public const ulong Reward = 2;

    /// <summary>f03.</summary>
    public const ulong Cron = 3;

    /// <summary>f04.</summary>
    public const ulong Power = 4;

    /// <summary>f05.</summary>
    public const ulong Market = 5;

    /// <summary>f099, whence nothing comes back.</summary>
    public const ulong Burnt = 99;

    /// <summary>First id of accounts made at genesis.</summary>
    public const ulong FirstAccount = 100;

    /// <summary>First id of actors made later; miners start here as on other development networks.</summary>
    public const ulong FirstDynamic = 1000;
}
