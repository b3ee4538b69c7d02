using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Localnet.State;

/// <summary>An account that exists from the start.</summary>
/// <param name="Key">Its key address.</param>
/// <param name="Balance">attoFIL.</param>
internal sealed record GenesisAccount(Address Key, TokenAmount Balance);

/// <summary>The state before the first tipset: the singletons, the accounts, and a reserve from which blocks are paid.</summary>
internal static class GenesisState
{
    /// <summary>attoFIL that the reward actor starts with: a billion FIL.</summary>
    public static TokenAmount RewardReserve { get; } = TokenAmount.FromFil(1_000_000_000);

    /// <summary>The state with these accounts, whose ids count up from 100 in the order given.</summary>
    /// <exception cref="ArgumentException">An account's address is no key address or given twice.</exception>
    public static StateTree Create(IReadOnlyList<GenesisAccount> accounts)
    {
        var actors = ImmutableSortedDictionary.CreateBuilder<ulong, ActorEntry>();
        var addresses = ImmutableDictionary.CreateBuilder<Address, ulong>();
        actors.Add(SingletonActors.System, new ActorEntry(ActorKind.System, default));
        actors.Add(SingletonActors.Init, new ActorEntry(ActorKind.Init, default));
        actors.Add(SingletonActors.Reward, new ActorEntry(ActorKind.Reward, RewardReserve));
        actors.Add(SingletonActors.Cron, new ActorEntry(ActorKind.Cron, default));
        actors.Add(SingletonActors.Power, new ActorEntry(ActorKind.Power, default));
        actors.Add(SingletonActors.Market, new ActorEntry(ActorKind.Market, default));
        actors.Add(SingletonActors.Burnt, new ActorEntry(ActorKind.Account, default));
        ulong id = SingletonActors.FirstAccount;
        foreach (GenesisAccount account in accounts)
        {
            if (!account.Key.IsDefined || account.Key.Protocol is not (AddressProtocol.Secp256k1 or AddressProtocol.Bls))
                throw new ArgumentException($"genesis: expected a key address, found {account.Key}", nameof(accounts));
            if (!addresses.TryAdd(account.Key, id))
                throw new ArgumentException($"genesis: account {account.Key} twice", nameof(accounts));
            actors.Add(id++, new ActorEntry(ActorKind.Account, account.Balance, Robust: account.Key));
        }

        return new StateTree
        {
            Actors = actors.ToImmutable(),
            Addresses = addresses.ToImmutable(),
            NextActorId = Math.Max(SingletonActors.FirstDynamic, id),
            Supply = accounts.Aggregate(RewardReserve, (sum, account) => sum + account.Balance),
        };
    }
}
