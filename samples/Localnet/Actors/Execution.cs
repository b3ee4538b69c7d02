using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors;

/// <summary>
/// One message or implicit call under way: the state so far, the gas so far, and what actors may do to each other. The state is immutable,
/// so undoing a failed message is keeping the one from before.
/// </summary>
/// <param name="rules">The network's rules and verifiers.</param>
/// <param name="state">The state before.</param>
/// <param name="epoch">The epoch.</param>
/// <param name="randomness">The chain's randomness.</param>
/// <param name="gasLimit">Gas at most.</param>
internal sealed class Execution(ExecutionRules rules, StateTree state, ChainEpoch epoch, IChainRandomness randomness, long gasLimit)
{
    /// <summary>The network's rules and verifiers.</summary>
    public ExecutionRules Rules { get; } = rules;

    /// <summary>The state so far.</summary>
    public StateTree State { get; set; } = state;

    /// <summary>The epoch.</summary>
    public long Epoch { get; } = epoch.Value;

    /// <summary>The chain's randomness.</summary>
    public IChainRandomness Randomness { get; } = randomness;

    /// <summary>Gas so far, at most the limit.</summary>
    public long GasUsed { get; private set; }

    /// <summary>Charges gas.</summary>
    /// <exception cref="ActorException">The limit is passed.</exception>
    public void Charge(long gas)
    {
        long remaining = gasLimit - GasUsed;
        if (gas > remaining)
        {
            GasUsed = gasLimit;
            throw new ActorException(ExitCode.OutOfGas, $"out of gas: {gas} needed, {remaining} of {gasLimit} left");
        }

        GasUsed += gas;
    }

    /// <summary>Moves attoFIL between actors.</summary>
    /// <exception cref="ActorException">The amount is negative or not there.</exception>
    public void Transfer(ulong from, ulong to, TokenAmount amount)
    {
        if (amount < default(TokenAmount))
            throw new ActorException(ExitCode.IllegalArgument, $"transfer of {amount} attoFIL from f0{from} to f0{to}");
        ActorEntry source = State.Actors[from];
        if (source.Balance < amount)
            throw new ActorException(ExitCode.InsufficientFunds, $"f0{from} has {source.Balance} attoFIL, {amount} are needed");
        State = State.WithActor(from, source with { Balance = source.Balance - amount });
        ActorEntry target = State.Actors[to];
        State = State.WithActor(to, target with { Balance = target.Balance + amount });
    }

    /// <summary>Burns an actor's attoFIL.</summary>
    public void Burn(ulong from, TokenAmount amount) => Transfer(from, SingletonActors.Burnt, amount);

    /// <summary>Adds to a miner's power, or takes from it.</summary>
    /// <param name="miner">The miner.</param>
    /// <param name="bytes">Raw bytes; quality-adjusted power is the same, since no sector here holds verified deals.</param>
    public void UpdatePower(ulong miner, long bytes)
    {
        PowerPair power = State.Power[miner];
        var delta = new TokenAmount(bytes);
        var next = new PowerPair(power.Raw + delta, power.QA + delta);
        if (next.Raw < default(TokenAmount))
            throw new InvalidOperationException($"the power of f0{miner} would be {next.Raw} bytes");
        State = State with { Power = State.Power.SetItem(miner, next) };
    }

    /// <summary>The actor of an address; a key address that is new becomes an account.</summary>
    /// <exception cref="ActorException">There is no such actor and it cannot be made.</exception>
    public ulong ResolveOrCreate(Address address)
    {
        if (State.TryResolve(address, out ulong id))
            return id;
        if (!address.IsDefined || address.Protocol is not (AddressProtocol.Secp256k1 or AddressProtocol.Bls))
            throw new ActorException(ExitCode.InvalidReceiver, $"there is no actor {address}");
        Charge(GasSchedule.CreateActor);
        State = State.Create(new ActorEntry(ActorKind.Account, default, Robust: address), out id);
        return id;
    }

    /// <summary>Reads a method's parameters.</summary>
    /// <exception cref="ActorException">They are not such parameters.</exception>
    public static T Decode<T>(ReadOnlyMemory<byte> parameters)
        where T : ICborValue<T>
    {
        try
        {
            return DagCbor.Decode<T>(parameters.Span);
        }
        catch (ChainFormatException e)
        {
            throw new ActorException(ExitCode.Serialization, $"parameters: {e.Message}");
        }
    }
}
