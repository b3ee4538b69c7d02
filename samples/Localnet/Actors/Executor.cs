using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Actors.Miner;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors;

/// <summary>A message after its execution.</summary>
/// <param name="Message">The message's CID, that of the unsigned message.</param>
/// <param name="Receipt">Its receipt.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record AppliedMessage(Cid Message, MessageReceipt Receipt, string? Error);

/// <summary>A state and the messages that led to it.</summary>
/// <param name="State">The state.</param>
/// <param name="Messages">The distinct messages in order of execution.</param>
internal sealed record ExecutionResult(StateTree State, IReadOnlyList<AppliedMessage> Messages);

/// <summary>
/// Executes tipsets (lotus <c>chain/consensus/compute_state.go</c>): the end of each null round, the messages of each block, its reward, and the
/// end of the epoch. Stateless and safe for several threads; the same parent and context always give the same result.
/// </summary>
/// <param name="rules">The network's rules and verifiers.</param>
internal sealed class Executor(ExecutionRules rules)
{
    private const long Unmetered = long.MaxValue;

    /// <summary>The network's rules and verifiers.</summary>
    public ExecutionRules Rules { get; } = rules;

    /// <summary>The state after a tipset.</summary>
    /// <param name="parent">The state after its parents.</param>
    /// <param name="context">The tipset.</param>
    public ExecutionResult Apply(StateTree parent, TipSetContext context)
    {
        StateTree state = parent;
        for (ChainEpoch epoch = context.ParentEpoch + 1; epoch < context.Epoch; epoch += 1)
            state = EndEpoch(state, epoch, context.Randomness);
        var applied = new List<AppliedMessage>();
        var seen = new HashSet<Cid>();
        foreach (BlockMessages block in context.Blocks)
        {
            TokenAmount tips = default, penalty = default;
            foreach (Message message in block.Messages)
            {
                if (!seen.Add(message.Cid))
                    continue;
                (state, AppliedMessage result, FeeSettlement? fees) = ApplyMessage(state, context, message);
                applied.Add(result);
                if (fees is not null)
                    (tips, penalty) = (tips + fees.Tip, penalty + fees.MinerPenalty);
            }

            state = Reward(state, context, block, tips, penalty);
        }

        return new ExecutionResult(EndEpoch(state, context.Epoch, context.Randomness), applied);
    }

    /// <summary>
    /// Executes one message upon a state for its result alone: no fees, no nonce, no limit when its gas limit is zero. What gas estimation and
    /// StateCall need.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="context">The tipset that the message would be in.</param>
    /// <param name="message">The message.</param>
    public AppliedMessage Call(StateTree state, TipSetContext context, Message message)
    {
        if (!state.TryResolve(message.From, out ulong sender))
            return Refused(message, ExitCode.SenderInvalid, $"there is no actor {message.From}");
        var execution = new Execution(Rules, state, context.Epoch, context.Randomness, message.GasLimit > 0 ? message.GasLimit : Unmetered);
        return Invoke(execution, sender, message).Applied;
    }

    private (StateTree State, AppliedMessage Applied, FeeSettlement? Fees) ApplyMessage(StateTree state, TipSetContext context, Message message)
    {
        if (!state.TryResolve(message.From, out ulong sender) || state.Actors[sender].Kind != ActorKind.Account)
            return (state, Refused(message, ExitCode.SenderInvalid, $"sender {message.From} is no account"), null);
        ActorEntry account = state.Actors[sender];
        if (message.Nonce != account.Nonce)
            return (state, Refused(message, ExitCode.SenderStateInvalid, $"expected nonce {account.Nonce}, found {message.Nonce}"), null);
        TokenAmount deposit = message.GasFeeCap * message.GasLimit;
        if (message.GasLimit <= 0 || message.GasFeeCap < default(TokenAmount) || message.GasPremium < default(TokenAmount) || account.Balance < deposit)
        {
            return (state, Refused(message, ExitCode.SenderStateInvalid,
                $"sender {message.From} has {account.Balance} attoFIL, a gas limit of {message.GasLimit} at {message.GasFeeCap} needs {deposit}"), null);
        }

        StateTree charged = state.WithActor(sender, account with { Nonce = account.Nonce + 1, Balance = account.Balance - deposit });
        var execution = new Execution(Rules, charged, context.Epoch, context.Randomness, message.GasLimit);
        (StateTree next, AppliedMessage applied) = Invoke(execution, sender, message);
        var fees = FeeSettlement.Of(message, applied.Receipt.GasUsed, context.BaseFee);
        next = Credit(next, sender, fees.Refund);
        next = Credit(next, SingletonActors.Burnt, fees.Burnt);
        next = Credit(next, SingletonActors.Reward, fees.Tip);
        return (next, applied, fees);
    }

    private static (StateTree State, AppliedMessage Applied) Invoke(Execution execution, ulong sender, Message message)
    {
        StateTree before = execution.State;
        try
        {
            execution.Charge(GasSchedule.Message + (GasSchedule.Byte * (100L + message.Params.Length)));
            ulong receiver = execution.ResolveOrCreate(message.To);
            execution.Transfer(sender, receiver, message.Value);
            byte[] result = message.Method == 0 ? [] : Dispatch(execution, sender, receiver, message);
            execution.Charge(GasSchedule.Byte * result.Length);
            return (execution.State, new AppliedMessage(message.Cid, new MessageReceipt(ExitCode.Ok, result, execution.GasUsed), null));
        }
        catch (ActorException e)
        {
            return (before, new AppliedMessage(message.Cid, new MessageReceipt(e.Code, ReadOnlyMemory<byte>.Empty, execution.GasUsed), e.Message));
        }
    }

    private static byte[] Dispatch(Execution execution, ulong sender, ulong receiver, Message message)
    {
        execution.Charge(GasSchedule.Call);
        return execution.State.Actors[receiver].Kind switch
        {
            ActorKind.Miner => MinerActor.Invoke(new MinerCall(execution, receiver, sender), message.Method, message.Params),
            ActorKind.Power => PowerActor.Invoke(execution, receiver, message),
            ActorKind kind => throw new ActorException(ExitCode.UnhandledMessage, $"{message.To} ({kind}) has no method {message.Method}"),
        };
    }

    // Tips wait at the reward actor, which pays them out with the reward as on mainnet (AwardBlockReward).
    private StateTree Reward(StateTree state, TipSetContext context, BlockMessages block, TokenAmount tips, TokenAmount penalty)
    {
        if (!state.TryResolve(block.Miner, out ulong miner))
            throw new ArgumentException($"block of {block.Miner}, which is no actor", nameof(block));
        TokenAmount reserve = state.Actors[SingletonActors.Reward].Balance - tips;
        TokenAmount reward = Rules.BlockReward * block.WinCount;
        if (reserve < reward)
            reward = reserve;
        var execution = new Execution(Rules, state, context.Epoch, context.Randomness, Unmetered);
        execution.Transfer(SingletonActors.Reward, miner, reward + tips);
        if (state.Miners.ContainsKey(miner))
            new MinerCall(execution, miner, SingletonActors.Reward).Penalize(penalty);
        return execution.State;
    }

    private StateTree EndEpoch(StateTree state, ChainEpoch epoch, IChainRandomness randomness)
    {
        var execution = new Execution(Rules, state, epoch, randomness, Unmetered);
        foreach (ulong miner in state.Miners.Keys)
            DeadlineCron.Run(new MinerCall(execution, miner, SingletonActors.Cron));
        return execution.State;
    }

    private static StateTree Credit(StateTree state, ulong id, TokenAmount amount) =>
        state.WithActor(id, state.Actors[id] with { Balance = state.Actors[id].Balance + amount });

    private static AppliedMessage Refused(Message message, long code, string error) =>
        new(message.Cid, new MessageReceipt(code, ReadOnlyMemory<byte>.Empty, 0), error);
}
