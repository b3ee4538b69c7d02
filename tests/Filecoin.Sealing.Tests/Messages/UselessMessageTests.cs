using System.Numerics;
using Filecoin.ChainCo.Chain;
using Filecoin.Sealing.Messages;

namespace Filecoin.Sealing.Tests.Messages;

/// <summary>Messages that are of no use from an epoch on, as a window PoSt whose deadline has closed.</summary>
public sealed class UselessMessageTests
{
    [Theory, EachDatabase]
    public async Task A_message_in_time_lands_as_any_other(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await sender.SendAsync(Until(scene, 2));
        Assert.True((await scene.FinishAsync(sender, "a")).Succeeded);
        Assert.Single(scene.Chain.Executed);
    }

    [Theory, EachDatabase]
    public async Task What_cannot_be_executed_in_time_any_more_gets_no_number(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        MessageStatus late = await sender.SendAsync(Until(scene, 1));
        Assert.Equal((MessageState.Failed, null), (late.State, late.Nonce));
        Assert.Equal($"of no use from epoch {scene.Chain.Height + 1} on", late.Reason);
        Assert.Equal("a", Assert.Single(scene.Final).Id);
        Assert.Empty(scene.Chain.Pool);
        await sender.SendAsync(scene.Message("b"));
        Assert.Equal(0ul, (await scene.FinishAsync(sender, "b")).Nonce);
    }

    [Theory, EachDatabase]
    public async Task What_waited_too_long_in_the_pool_makes_way_for_those_behind_it(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await sender.SendAsync(Until(scene, 5));
        Message late = Assert.Single(scene.Chain.Pool).Message;
        await sender.SendAsync(scene.Message("b"));
        await MineWithoutAsync(scene, sender, 5);

        // In the pool stands a transfer of nothing that takes the late message's place there.
        Message nothing = scene.Chain.Pool.Single(message => message.Message.Nonce == late.Nonce).Message;
        Assert.Equal((late.From, late.From, 0ul, TokenAmount.Zero), (nothing.From, nothing.To, nothing.Method, nothing.Value));
        Assert.True(nothing.GasPremium.Atto > late.GasPremium.Atto * 110 / 100);
        Assert.True((await scene.FinishAsync(sender, "b")).Succeeded);
        MessageStatus status = await scene.FinishAsync(sender, "a");
        Assert.Equal(MessageState.Failed, status.State);
        Assert.EndsWith("number 0 is used up", status.Reason, StringComparison.Ordinal);
        Assert.Equal([scene.Chain.WorkerKey, scene.Chain.Miner], scene.Chain.Executed.Select(executed => executed.Message.To));
        Assert.Equal(["a", "b"], scene.Final.Select(final => final.Id).Order());
    }

    /// <summary>Neither pushed again nor offered for more, however long nothing of it lands.</summary>
    [Theory, EachDatabase]
    public async Task Nothing_more_is_sent_of_it_nor_paid_for_it(string kind)
    {
        await using var scene = new MessageScene(kind);
        var options = new MessageOptions { Policy = scene.Chain.Policy, RepushAfter = 1, ReplaceAfter = 50 };
        MessageSender sender = await scene.StartAsync(options);
        await sender.SendAsync(Until(scene, 4));
        await MineWithoutAsync(scene, sender, 3);
        scene.Chain.ForgetPool();
        await MineWithoutAsync(scene, sender, 60);
        Assert.All(scene.Chain.Pool, message => Assert.Equal(message.Message.From, message.Message.To));
        BigInteger most = scene.Chain.Pool.Max(message => message.Message.GasFeeCap.Atto * message.Message.GasLimit);
        Assert.InRange(most, 1, options.MaxFee(MessageKind.Other).Atto);
        Assert.Equal(MessageState.Failed, (await scene.FinishAsync(sender, "a")).State);
        Assert.Equal(scene.Chain.WorkerKey, Assert.Single(scene.Chain.Executed).Message.To);
    }

    [Theory, EachDatabase]
    public async Task A_crash_between_number_and_push_leaves_no_gap(string kind)
    {
        foreach (string state in new[] { "Numbered", "Signed" })
        {
            await using var scene = new MessageScene(kind);
            MessageSender sender = await scene.StartAsync();
            await sender.SendAsync(Until(scene, 3));
            scene.Chain.ForgetPool();
            string unsigned = state == "Numbered" ? "UPDATE message_attempts SET signed = NULL, cid = NULL;" : "";
            await scene.Database.WriteAsync(session => session.ExecuteAsync($"{unsigned} UPDATE message_outgoing SET state = '{state}', pushed_epoch = NULL"));
            scene.Chain.Mine(3);
            sender = scene.Sender(scene.Database);
            await sender.SendAsync(scene.Message("b"));
            Assert.Equal(MessageState.Failed, (await scene.FinishAsync(sender, "a")).State);
            Assert.True((await scene.FinishAsync(sender, "b")).Succeeded);
            Assert.DoesNotContain(scene.Chain.Executed, executed => executed.Message.Nonce == 0 && executed.Message.To == scene.Chain.Miner);
        }
    }

    /// <summary>The last block in time has it, which shows only upon the next: nothing takes its place.</summary>
    [Theory, EachDatabase]
    public async Task What_is_executed_in_the_last_epoch_has_landed(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await sender.SendAsync(Until(scene, 4));
        await MineWithoutAsync(scene, sender, 2);
        scene.Chain.Mine();
        await scene.RoundAsync(sender);
        Assert.Empty(scene.Chain.Pool);
        Assert.True((await scene.FinishAsync(sender, "a")).Succeeded);
        Assert.Equal(scene.Chain.Miner, Assert.Single(scene.Chain.Executed).Message.To);
    }

    /// <summary>A reorganisation takes the transfer of nothing off the chain before it counts: its number is used up once more.</summary>
    [Theory, EachDatabase]
    public async Task A_reorganisation_leaves_no_gap(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await sender.SendAsync(Until(scene, 3));
        await MineWithoutAsync(scene, sender, 4);
        scene.Chain.Mine(2);
        await scene.RoundAsync(sender);
        Assert.Equal(MessageState.Pushed, (await sender.FindAsync("a"))!.State);
        scene.Chain.Reorganise(3, forget: true);
        Assert.Equal(MessageState.Failed, (await scene.FinishAsync(sender, "a")).State);
        Assert.Equal(scene.Chain.WorkerKey, Assert.Single(scene.Chain.Executed).Message.To);
    }

    private static OutgoingMessage Until(MessageScene scene, int epochs) => scene.Message("a") with { UselessFrom = scene.Chain.Height + epochs };

    private static async Task MineWithoutAsync(MessageScene scene, MessageSender sender, int epochs)
    {
        for (int i = 0; i < epochs; i++)
        {
            scene.Chain.Mine(withMessages: false);
            await scene.RoundAsync(sender);
        }
    }
}
