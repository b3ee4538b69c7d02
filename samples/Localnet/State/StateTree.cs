using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;

namespace Filecoin.Samples.Localnet.State;

/// <summary>
/// The whole state after a tipset. Immutable: an epoch that changes little shares nearly all of it with its parent, so a chain with forks keeps
/// every state it may go back to.
/// </summary>
internal sealed record StateTree
{
    private readonly RootCache<StateTree> _root = new();

    /// <summary>All actors by id.</summary>
    public required ImmutableSortedDictionary<ulong, ActorEntry> Actors { get; init; }

    /// <summary>Ids of key and actor addresses.</summary>
    public required ImmutableDictionary<Address, ulong> Addresses { get; init; }

    /// <summary>The id of the next actor.</summary>
    public required ulong NextActorId { get; init; }

    /// <summary>Miner states by actor id.</summary>
    public ImmutableSortedDictionary<ulong, MinerState> Miners { get; init; } = ImmutableSortedDictionary<ulong, MinerState>.Empty;

    /// <summary>Bytes of power by miner, as the power actor holds them.</summary>
    public ImmutableSortedDictionary<ulong, PowerPair> Power { get; init; } = ImmutableSortedDictionary<ulong, PowerPair>.Empty;

    /// <summary>attoFIL in existence at genesis; execution only moves it.</summary>
    public TokenAmount Supply { get; init; }

    /// <summary>The CID that stands for this state in block headers.</summary>
    public Cid Root => _root.Get(this, static (state, writer) => state.WriteCbor(writer));

    /// <summary>The id of an address of any kind, if an actor has it.</summary>
    public bool TryResolve(Address address, out ulong id)
    {
        if (!address.IsDefined)
        {
            id = 0;
            return false;
        }

        return address.TryGetId(out id) ? Actors.ContainsKey(id) : Addresses.TryGetValue(address, out id);
    }

    /// <summary>The actor of an address, if there is one.</summary>
    public bool TryGetActor(Address address, [NotNullWhen(true)] out ActorEntry? actor)
    {
        actor = null;
        return TryResolve(address, out ulong id) && Actors.TryGetValue(id, out actor);
    }

    /// <summary>The miner of an address, if there is one.</summary>
    public bool TryGetMiner(Address address, [NotNullWhen(true)] out MinerState? miner)
    {
        miner = null;
        return TryResolve(address, out ulong id) && Miners.TryGetValue(id, out miner);
    }

    /// <summary>The key address of an account given by any address.</summary>
    public bool TryGetAccountKey(Address account, out Address key)
    {
        key = default;
        if (!TryGetActor(account, out ActorEntry? actor) || actor.Kind != ActorKind.Account)
            return false;
        key = actor.Robust;
        return true;
    }

    /// <summary>The same with one actor replaced or added.</summary>
    public StateTree WithActor(ulong id, ActorEntry actor) => this with { Actors = Actors.SetItem(id, actor) };

    /// <summary>The same with one miner's state replaced or added.</summary>
    public StateTree WithMiner(ulong id, MinerState miner) => this with { Miners = Miners.SetItem(id, miner) };

    /// <summary>The same with a new actor under the next id.</summary>
    public StateTree Create(ActorEntry actor, out ulong id)
    {
        id = NextActorId;
        return this with
        {
            Actors = Actors.Add(id, actor),
            Addresses = actor.Robust.IsDefined ? Addresses.Add(actor.Robust, id) : Addresses,
            NextActorId = id + 1,
        };
    }

    private void WriteCbor(DagCborWriter writer)
    {
        writer.WriteArrayHeader(5);
        writer.WriteUInt64(NextActorId);
        Supply.WriteCbor(writer);
        writer.WriteArrayHeader(Actors.Count);
        foreach ((ulong id, ActorEntry actor) in Actors)
        {
            writer.WriteArrayHeader(5);
            writer.WriteUInt64(id);
            writer.WriteCid(actor.Code);
            actor.Balance.WriteCbor(writer);
            writer.WriteUInt64(actor.Nonce);
            writer.WriteOptionalAddress(actor.Robust);
        }

        writer.WriteArrayHeader(2 * Miners.Count);
        foreach ((ulong id, MinerState miner) in Miners)
        {
            writer.WriteUInt64(id);
            writer.WriteCid(miner.Root);
        }

        writer.WriteArrayHeader(2 * Power.Count);
        foreach ((ulong id, PowerPair power) in Power)
        {
            writer.WriteUInt64(id);
            power.WriteCbor(writer);
        }
    }
}
