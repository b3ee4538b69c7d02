using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>A call of a miner: who calls which miner, its state, and the funds' rules that all methods share.</summary>
/// <param name="execution">The execution that the call is part of.</param>
/// <param name="id">The miner.</param>
/// <param name="caller">Who calls.</param>
internal sealed class MinerCall(Execution execution, ulong id, ulong caller)
{
    /// <summary>The execution that the call is part of.</summary>
    public Execution Execution { get; } = execution;

    /// <summary>The miner.</summary>
    public ulong Id { get; } = id;

    /// <summary>Who calls.</summary>
    public ulong Caller { get; } = caller;

    /// <summary>The epoch.</summary>
    public long Epoch => Execution.Epoch;

    /// <summary>The network's constants.</summary>
    public NetworkPolicy Policy => Execution.Rules.Policy;

    /// <summary>The miner's state; setting it makes it the state of the execution.</summary>
    public MinerState State
    {
        get => Execution.State.Miners[Id];
        set => Execution.State = Execution.State.WithMiner(Id, value);
    }

    /// <summary>Deposits, pledges and penalties as of now.</summary>
    public Economics Economics => new(Execution.Rules, Execution.State);

    /// <summary>The deadline that is open now.</summary>
    public DeadlineInfo CurrentDeadline => DeadlineRules.Current(Policy, State.ProvingPeriodStart, Epoch);

    /// <summary>The entropy of all randomness of this miner: the CBOR of its id address.</summary>
    public byte[] Entropy => ChainRandomness.EntropyOf(Address.FromId(Id));

    /// <summary>attoFIL that nothing locks, debt not taken off.</summary>
    public TokenAmount UnlockedBalance =>
        Execution.State.Actors[Id].Balance - State.PreCommitDeposits - State.InitialPledge;

    /// <summary>attoFIL free to use; negative in debt.</summary>
    public TokenAmount AvailableBalance => UnlockedBalance - State.FeeDebt;

    /// <summary>Fails unless the caller is the owner, the worker or a control address.</summary>
    /// <exception cref="ActorException">It is none of them.</exception>
    public void RequireController()
    {
        MinerInfoState info = State.Info;
        var address = Address.FromId(Caller);
        if (address != info.Owner && address != info.Worker && !info.ControlAddresses.Contains(address))
            throw new ActorException(ExitCode.Forbidden, $"caller {address} is neither owner {info.Owner}, worker {info.Worker} nor a control address");
    }

    /// <summary>Fails unless the caller is one of these.</summary>
    /// <exception cref="ActorException">It is none of them.</exception>
    public void RequireCaller(params ReadOnlySpan<Address> allowed)
    {
        if (!allowed.Contains(Address.FromId(Caller)))
            throw new ActorException(ExitCode.Forbidden, $"caller f0{Caller} is not {string.Join(" or ", allowed.ToArray())}");
    }

    /// <summary>Adds a penalty to the debt and pays what the unlocked balance covers.</summary>
    /// <returns>attoFIL burnt.</returns>
    public TokenAmount Penalize(TokenAmount penalty)
    {
        State = State with { FeeDebt = State.FeeDebt + penalty };
        TokenAmount payable = UnlockedBalance < State.FeeDebt ? UnlockedBalance : State.FeeDebt;
        if (payable <= default(TokenAmount))
            return default;
        State = State with { FeeDebt = State.FeeDebt - payable };
        Execution.Burn(Id, payable);
        return payable;
    }

    /// <summary>Pays all debt.</summary>
    /// <exception cref="ActorException">The unlocked balance does not cover it.</exception>
    public void RepayDebt()
    {
        if (UnlockedBalance < State.FeeDebt)
            throw new ActorException(ExitCode.ActorInsufficientFunds, $"unlocked balance {UnlockedBalance} does not cover the fee debt of {State.FeeDebt}");
        Penalize(default);
    }
}
