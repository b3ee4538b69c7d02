using Filecoin.ChainCo.Chain;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Localnet.Tests.Actors;

public sealed class ExecutorTests
{
    private readonly TestChain _chain = new(new FakeVerifier(), new FakeVerifier());

    [Fact]
    public void Value_moves_and_fees_are_burnt_and_tipped()
    {
        TokenAmount before = _chain.Balance(TestChain.Stranger), burnt = _chain.Balance(Address.FromId(SingletonActors.Burnt));
        Message message = _chain.Message(TestChain.Owner, 0, value: TokenAmount.FromFil(5)) with { GasLimit = 1_000_000 };
        AppliedMessage applied = Assert.Single(_chain.Next(message));
        Assert.Equal(ExitCode.Ok, applied.Receipt.ExitCode);
        Assert.Equal(TokenAmount.FromFil(1_000_005), _chain.Balance(TestChain.Owner));
        Assert.Equal(TokenAmount.FromFil(1) + (new TokenAmount(10) * 1_000_000), _chain.Balance(TestChain.Stranger) - before);
        TokenAmount fee = new TokenAmount(100) * (applied.Receipt.GasUsed + FeeSettlement.Overestimation(applied.Receipt.GasUsed, 1_000_000));
        Assert.Equal(fee, _chain.Balance(Address.FromId(SingletonActors.Burnt)) - burnt);
        Assert.Equal(TokenAmount.FromFil(1_000_000 - 5) - fee - (new TokenAmount(10) * 1_000_000), _chain.Balance(TestChain.Worker));
    }

    [Fact]
    public void A_new_key_address_becomes_an_account()
    {
        Address fresh = TestChain.Key(77);
        Assert.Null(_chain.Send(fresh, 0, value: TokenAmount.FromFil(2)).Error);
        Assert.Equal(TokenAmount.FromFil(2), _chain.Balance(fresh));
        Assert.True(_chain.State.TryResolve(fresh, out ulong id));
        Assert.True(_chain.State.TryGetAccountKey(Address.FromId(id), out Address key));
        Assert.Equal(fresh, key);
        Assert.Equal(ExitCode.InvalidReceiver, _chain.Send(Address.FromId(5000), 0).Receipt.ExitCode);
    }

    [Fact]
    public void Wrong_nonce_unknown_sender_and_thin_balance_are_refused_without_a_trace()
    {
        Cid root = _chain.State.WithActor(SingletonActors.Reward, _chain.State.Actors[SingletonActors.Reward]).Root;
        Assert.Equal(_chain.State.Root, root);
        Message message = _chain.Message(TestChain.Owner, 0);
        IReadOnlyList<AppliedMessage> applied = _chain.Next(
            message with { Nonce = 1 }, message with { From = TestChain.Key(99) }, message with { GasLimit = 0 },
            message with { GasFeeCap = TokenAmount.FromFil(1_000_000) });
        Assert.Equal([2L, 1L, 2L, 2L], applied.Select(result => result.Receipt.ExitCode));
        Assert.All(applied, result => Assert.Equal(0, result.Receipt.GasUsed));
        Assert.Equal(0UL, _chain.State.Actors[101].Nonce);
    }

    [Fact]
    public void A_failed_message_costs_fees_and_its_nonce_only()
    {
        Message message = _chain.Message(TestChain.Owner, 0, value: TokenAmount.FromFil(2_000_000));
        AppliedMessage applied = Assert.Single(_chain.Next(message));
        Assert.Equal(ExitCode.InsufficientFunds, applied.Receipt.ExitCode);
        Assert.Equal(1UL, _chain.State.Actors[101].Nonce);
        Assert.Equal(TokenAmount.FromFil(1_000_000), _chain.Balance(TestChain.Owner));

        AppliedMessage starved = Assert.Single(_chain.Next(_chain.Message(TestChain.Owner, 0) with { GasLimit = 1000 }));
        Assert.Equal(ExitCode.OutOfGas, starved.Receipt.ExitCode);
        Assert.Equal(1000, starved.Receipt.GasUsed);
    }

    [Fact]
    public void A_message_in_two_blocks_is_executed_once()
    {
        Message message = _chain.Message(TestChain.Owner, 0, value: TokenAmount.FromFil(1));
        var executor = new Executor(_chain.Rules);
        TipSetContext context = _chain.Context() with
        {
            Blocks = [new BlockMessages(TestChain.Stranger, 1, [message]), new BlockMessages(TestChain.Owner, 2, [message])],
        };
        ExecutionResult result = executor.Apply(_chain.State, context);
        Assert.Single(result.Messages);
        Assert.Equal(result.State.Root, executor.Apply(_chain.State, context).State.Root);
    }

    [Fact]
    public void A_call_changes_nothing_and_tells_the_gas()
    {
        Message message = _chain.Message(TestChain.Owner, 0, value: TokenAmount.FromFil(1)) with { GasLimit = 0, Nonce = 7 };
        AppliedMessage applied = new Executor(_chain.Rules).Call(_chain.State, _chain.Context(), message);
        Assert.Equal(ExitCode.Ok, applied.Receipt.ExitCode);
        Assert.True(applied.Receipt.GasUsed > 0);
    }

    [Fact]
    public void The_base_fee_follows_demand()
    {
        var fee = new TokenAmount(1000);
        Assert.True(BaseFee.Next(fee, GasSchedule.BlockLimit, 1) > fee);
        Assert.True(BaseFee.Next(fee, 0, 1) < fee);
        Assert.Equal(BaseFee.Minimum, BaseFee.Next(BaseFee.Minimum, 0, 0));
        Assert.Equal(fee, BaseFee.Next(fee, GasSchedule.BlockLimit * 2 / 5, 1));
    }
}
