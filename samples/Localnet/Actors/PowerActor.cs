using System.Buffers.Binary;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Samples.Localnet.Actors.Miner;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors;

/// <summary>The power actor: makes miners and says whose power counts (builtin-actors <c>actors/power</c>).</summary>
internal static class PowerActor
{
    /// <summary>Miners above the minimum from which on the minimum counts (CONSENSUS_MINER_MIN_MINERS).</summary>
    private const int MinMiners = 4;

    /// <summary>Calls a method.</summary>
    /// <exception cref="ActorException">It refuses, or there is no such method.</exception>
    public static byte[] Invoke(Execution execution, ulong receiver, Message message) => message.Method == PowerMethods.CreateMiner
        ? DagCbor.Encode(CreateMiner(execution, receiver, message))
        : throw new ActorException(ExitCode.UnhandledMessage, $"the power actor here has no method {message.Method}");

    /// <summary>Bytes of power by which elections are held, and whether a miner's count among them (builtin-actors <c>State::current_total_power</c>).</summary>
    public static PowerPair Total(NetworkPolicy policy, StateTree state)
    {
        PowerPair[] above = [.. state.Power.Values.Where(power => power.Raw.Atto >= policy.MinimumConsensusPower)];
        return (above.Length < MinMiners ? state.Power.Values : above)
            .Aggregate(new PowerPair(default, default), (sum, power) => new PowerPair(sum.Raw + power.Raw, sum.QA + power.QA));
    }

    /// <summary>Whether a miner has the power to make blocks.</summary>
    public static bool HasMinimumPower(NetworkPolicy policy, StateTree state, ulong miner)
    {
        if (!state.Power.TryGetValue(miner, out PowerPair? power))
            return false;
        return power.Raw.Atto >= policy.MinimumConsensusPower
            || (power.Raw.Atto.Sign > 0 && state.Power.Values.Count(other => other.Raw.Atto >= policy.MinimumConsensusPower) < MinMiners);
    }

    private static CreateMinerReturn CreateMiner(Execution execution, ulong receiver, Message message)
    {
        CreateMinerParams parameters = Execution.Decode<CreateMinerParams>(message.Params);
        execution.Charge(GasSchedule.CreateActor);

        // The init actor names it by the sender and the sender's message, so that a reorg gives it the same name.
        byte[] name = [.. message.From.Bytes, .. new byte[8]];
        BinaryPrimitives.WriteUInt64BigEndian(name.AsSpan(name.Length - 8), message.Nonce);
        var robust = Address.FromActorData(name);
        if (execution.State.TryResolve(robust, out _))
            throw new ActorException(ExitCode.Forbidden, $"actor {robust} exists");
        execution.State = execution.State.Create(new ActorEntry(ActorKind.Miner, default, Robust: robust), out ulong id);
        execution.State = execution.State.WithMiner(id, MinerAccounts.Construct(execution, id, parameters)) with
        {
            Power = execution.State.Power.Add(id, new PowerPair(default, default)),
        };
        execution.Transfer(receiver, id, message.Value);
        return new CreateMinerReturn(Address.FromId(id), robust);
    }
}
