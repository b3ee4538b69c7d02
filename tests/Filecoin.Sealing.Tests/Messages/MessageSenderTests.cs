using System.Numerics;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Database;
using Filecoin.Sealing.Messages;

namespace Filecoin.Sealing.Tests.Messages;

public sealed class MessageSenderTests
{
    [Theory, EachDatabase]
    public async Task A_message_lands_and_whoever_waits_is_told_once(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        MessageStatus sent = await sender.SendAsync(scene.Message("a"));
        Assert.Equal(MessageState.Pushed, sent.State);
        MessageStatus landed = await scene.FinishAsync(sender, "a");
        Assert.True(landed.Succeeded);
        Assert.Equal(sent.Cid, landed.Cid);
        await scene.RoundAsync(sender);
        Assert.Equal("a", Assert.Single(scene.Final).Id);
    }

    [Theory, EachDatabase]
    public async Task The_same_key_is_sent_once_whoever_sends_and_however_often(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender first = await scene.StartAsync();
        await using SqlDatabase other = SqlDatabase.Open(scene.Description);
        MessageSender second = scene.Sender(other);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? first : second).SendAsync(scene.Message("a")))));
        await scene.FinishAsync(first, "a");
        Assert.Single(scene.Chain.Executed);
    }

    [Theory, EachDatabase]
    public async Task Two_hubs_give_out_numbers_without_a_gap_and_without_a_double(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender first = await scene.StartAsync();
        await using SqlDatabase other = SqlDatabase.Open(scene.Description);
        MessageSender second = scene.Sender(other);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? first : second).SendAsync(scene.Message($"m{i}")))));
        for (int i = 0; i < 20; i++)
            Assert.True((await scene.FinishAsync(first, $"m{i}")).Succeeded);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (ulong)i), scene.Chain.Executed.Select(e => e.Message.Nonce).Order());
    }

    /// <summary>Cut off before and after every call to the node: the message lands once.</summary>
    [Theory, EachDatabase]
    public async Task A_crash_at_any_border_neither_loses_nor_doubles_a_message(string kind)
    {
        string[] borders = ["head", "estimate", "nonce", "push", "find", "state nonce", "tipset"];
        foreach (string border in borders)
        {
            await using var scene = new MessageScene(kind);
            MessageSender sender = await scene.StartAsync();
            int crashes = 2;
            scene.Chain.Fault = call => call == border && crashes-- > 0 ? new InvalidOperationException("killed") : null;
            for (int i = 0; i < 60; i++)
            {
                try
                {
                    if (i % 3 == 0)
                        await sender.SendAsync(scene.Message("a"));
                    await scene.RoundAsync(sender);
                }
                catch (InvalidOperationException)
                {
                    // A new process starts where the database is.
                    sender = scene.Sender(scene.Database);
                }

                scene.Chain.Mine();
            }

            Assert.True((await sender.FindAsync("a"))?.Succeeded, border);
            Assert.Single(scene.Chain.Executed);
            Assert.Single(scene.Final);
        }
    }

    [Theory, EachDatabase]
    public async Task A_crash_after_the_push_and_before_it_is_written_sends_nothing_twice(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await sender.SendAsync(scene.Message("a"));
        await scene.Database.WriteAsync(session => session.ExecuteAsync("UPDATE message_outgoing SET state = 'Signed', pushed_epoch = NULL, due = 0"));
        scene.Chain.Mine();
        Assert.True((await scene.FinishAsync(scene.Sender(scene.Database), "a")).Succeeded);
        Assert.Single(scene.Chain.Executed);
    }

    [Theory, EachDatabase]
    public async Task What_the_pool_forgets_is_pushed_again(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        MessageStatus first = await sender.SendAsync(scene.Message("a"));
        MessageStatus second = await sender.SendAsync(scene.Message("b"));
        scene.Chain.ForgetPool();
        Assert.Equal(first.Cid, (await scene.FinishAsync(sender, "a")).Cid);
        Assert.Equal(second.Cid, (await scene.FinishAsync(sender, "b")).Cid);
        Assert.Equal([0ul, 1ul], scene.Chain.Executed.Select(e => e.Message.Nonce));
    }

    [Theory, EachDatabase]
    public async Task A_stuck_message_is_replaced_by_what_the_pool_takes(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        MessageStatus stuck = await sender.SendAsync(scene.Message("a"));
        for (int i = 0; i < 25; i++)
        {
            scene.Chain.Mine(withMessages: false);
            await scene.RoundAsync(sender);
        }

        SignedMessage raised = Assert.Single(scene.Chain.Pool);
        Assert.NotEqual(stuck.Cid, raised.Cid);
        Assert.True(raised.Message.GasPremium.Atto >= scene.Chain.Premium * (BigInteger)125 / 100);
        Assert.True((await scene.FinishAsync(sender, "a")).Succeeded);
        Assert.Single(scene.Chain.Executed);
    }

    [Theory, EachDatabase]
    public async Task Fees_stay_under_the_cap_however_long_a_message_is_stuck(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        var cap = new TokenAmount(1_000_000L * 1_500_000);
        await sender.SendAsync(scene.Message("a") with { MaxFee = cap });
        for (int i = 0; i < 150; i++)
        {
            scene.Chain.Mine(withMessages: false);
            await scene.RoundAsync(sender);
        }

        Message last = Assert.Single(scene.Chain.Pool).Message;
        Assert.True(last.GasFeeCap.Atto * last.GasLimit <= cap.Atto);
        Assert.True(last.GasPremium <= last.GasFeeCap);
        Assert.True((await scene.FinishAsync(sender, "a")).Succeeded);
    }

    [Theory, EachDatabase]
    public async Task A_reorganisation_takes_a_message_back_until_it_lands_again(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await sender.SendAsync(scene.Message("a"));
        scene.Chain.Mine(2);
        await scene.RoundAsync(sender);
        Assert.Equal(MessageState.Included, (await sender.FindAsync("a"))!.State);
        scene.Chain.Reorganise(2, forget: true);
        await scene.RoundAsync(sender);
        Assert.Equal(MessageState.Pushed, (await sender.FindAsync("a"))!.State);
        Assert.True((await scene.FinishAsync(sender, "a")).Succeeded);
        Assert.Single(scene.Chain.Executed);
    }

    [Theory, EachDatabase]
    public async Task A_number_that_another_program_took_is_replaced_by_the_next(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await sender.SendAsync(scene.Message("a"));
        scene.Chain.ForeignMessages = 1;
        scene.Chain.Mine();
        MessageStatus landed = await scene.FinishAsync(sender, "a");
        Assert.True(landed.Succeeded);
        Assert.Equal(1ul, landed.Nonce);
        Assert.Equal(2, scene.Chain.Executed.Count);
    }

    /// <summary>Another program's messages are forgotten after ours was numbered behind them: no fee brings ours through, only the numbers do.</summary>
    [Theory, EachDatabase]
    public async Task Numbers_that_another_program_lost_are_used_up(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await LoseNumbersAsync(scene, sender, 3);
        await sender.SendAsync(scene.Message("b"));
        Assert.Equal(3ul, (await scene.FinishAsync(sender, "a")).Nonce);
        Assert.True((await scene.FinishAsync(sender, "b")).Succeeded);
        IEnumerable<Message> executed = scene.Chain.Executed.Select(entry => entry.Message);
        Assert.Equal(
            [(0ul, scene.Chain.WorkerKey), (1ul, scene.Chain.WorkerKey), (2ul, scene.Chain.WorkerKey), (3ul, scene.Chain.Miner), (4ul, scene.Chain.Miner)],
            executed.Select(message => (message.Nonce, message.To)));
        Assert.Single(executed.Select(message => message.GasPremium).Distinct());
    }

    /// <summary>What fills a number is given up when another program's message comes back to it.</summary>
    [Theory, EachDatabase]
    public async Task A_number_that_another_program_takes_back_is_left_to_it(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await LoseNumbersAsync(scene, sender, 1);
        for (int i = 0; scene.Chain.Pool.Count < 2 && i < 100; i++)
        {
            scene.Chain.Mine(withMessages: false);
            await scene.RoundAsync(sender);
        }

        scene.Chain.ForeignMessages = 1;
        MessageStatus landed = await scene.FinishAsync(sender, "a");
        Assert.Equal((true, 1ul), (landed.Succeeded, landed.Nonce));
        Assert.Equal(2, scene.Chain.Executed.Count);
        for (int i = 0; i < 30; i++)
            await scene.RoundAsync(sender);
        Assert.Equal(1, await scene.Database.ReadAsync(session => session.ScalarAsync<long>("SELECT COUNT(*) FROM message_outgoing WHERE state = 'Failed' AND nonce = 0")));
    }

    /// <summary>Also a cancellation that nobody asked for: of a client inside, say.</summary>
    [Fact]
    public async Task A_watcher_goes_on_after_what_nobody_foresaw()
    {
        await using var scene = new MessageScene("sqlite");
        MessageSender sender = await scene.StartAsync();
        await sender.SendAsync(scene.Message("a"));
        int calls = 0;
        scene.Chain.Fault = _ => Interlocked.Increment(ref calls) switch { <= 4 and var call when call % 2 == 0 => new InvalidOperationException(), <= 4 => new TaskCanceledException(), _ => null };
        using var over = new CancellationTokenSource();
        Task watching = Task.Run(() => new MessageWatcher(sender).RunAsync(over.Token));
        for (int i = 0; i < 1000 && await sender.FindAsync("a") is not { IsFinal: true }; i++)
        {
            scene.Chain.Mine();
            await Task.Delay(10);
        }

        Assert.True((await sender.FindAsync("a"))!.Succeeded);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Theory, EachDatabase]
    public async Task Out_of_gas_is_sent_again_with_more_and_given_up_in_the_end(string kind)
    {
        const long OutOfGas = 7;
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        scene.Chain.Exit = message => message.GasLimit < 2_000_000 ? OutOfGas : 0;
        await sender.SendAsync(scene.Message("a"));
        Assert.True((await scene.FinishAsync(sender, "a")).Succeeded);
        Assert.Equal([OutOfGas, OutOfGas, 0], scene.Chain.Executed.Select(e => e.ExitCode));

        scene.Chain.Exit = _ => OutOfGas;
        await sender.SendAsync(scene.Message("b"));
        MessageStatus last = await scene.FinishAsync(sender, "b");
        Assert.Equal((MessageState.Landed, OutOfGas), (last.State, last.ExitCode!.Value));
    }

    [Theory, EachDatabase]
    public async Task A_message_that_would_fail_is_given_up_before_it_has_a_number(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        scene.Chain.Fault = call => call == "estimate" ? new RpcErrorException("Filecoin.GasEstimateMessageGas", 1, "message execution failed: exit 16") : null;
        await sender.SendAsync(scene.Message("a"));
        MessageStatus failed = await scene.FinishAsync(sender, "a");
        Assert.Equal(MessageState.Failed, failed.State);
        Assert.Contains("exit 16", failed.Reason, StringComparison.Ordinal);
        Assert.Null(failed.Nonce);
        scene.Chain.Fault = _ => null;
        await sender.SendAsync(scene.Message("b"));
        Assert.Equal(0ul, (await scene.FinishAsync(sender, "b")).Nonce);
    }

    [Theory, EachDatabase]
    public async Task A_message_that_needs_more_gas_than_its_kind_may_use_is_not_sent(string kind)
    {
        await using var scene = new MessageScene(kind);
        var options = new MessageOptions { Policy = scene.Chain.Policy };
        MessageSender sender = await scene.StartAsync(options with { GasLimits = options.GasLimits.SetItem(MessageKind.Other, 999_999) });
        await sender.SendAsync(scene.Message("a"));
        MessageStatus failed = await scene.FinishAsync(sender, "a");
        Assert.Equal((MessageState.Failed, "Other: expected at most 999999 units of gas, estimated 1000000"), (failed.State, failed.Reason));
        Assert.Null(failed.Nonce);
        await sender.SendAsync(scene.Message("b") with { Kind = MessageKind.PreCommit });
        Assert.True((await scene.FinishAsync(sender, "b")).Succeeded);
    }

    /// <summary>A row that cannot be read is told and passed over.</summary>
    [Theory, EachDatabase]
    public async Task A_message_that_cannot_be_looked_at_holds_up_no_other(string kind)
    {
        await using var scene = new MessageScene(kind);
        MessageSender sender = await scene.StartAsync();
        await sender.SendAsync(scene.Message("a"));
        await sender.SendAsync(scene.Message("b"));
        await scene.Database.WriteAsync(session => session.ExecuteAsync("UPDATE message_outgoing SET state = 'Unheard' WHERE id = 'a'"));
        scene.Chain.Mine(5);
        await scene.RoundAsync(sender);
        Assert.True((await sender.FindAsync("b"))!.Succeeded);
    }

    [Fact]
    public async Task Keys_are_checked()
    {
        await using var scene = new MessageScene("sqlite");
        MessageSender sender = await scene.StartAsync();
        await Assert.ThrowsAsync<MessageException>(() => sender.SendAsync(scene.Message("")));
        await Assert.ThrowsAsync<MessageException>(() => sender.SendAsync(scene.Message(new string('k', 201))));
    }

    [Fact]
    public async Task A_local_key_signs_what_the_chain_verifies()
    {
        using var signer = new LocalKeySigner(Filecoin.Native.Curves.BlsSecretKey.Generate());
        Address account = Assert.Single(signer.Accounts);
        SignedMessage signed = await signer.SignAsync(new Message { From = account, To = Address.FromId(1000) }, default);
        Assert.True(Filecoin.Native.Curves.BlsSignatures.Verify(account.Payload, signed.Message.Cid.Bytes, signed.Signature.Data.Span));
        await Assert.ThrowsAsync<MessageException>(() => signer.SignAsync(signed.Message with { From = Address.FromId(7) }, default));
    }

    /// <summary>Message a gets a number behind those of another program's messages, which a reorganisation then takes for good.</summary>
    private static async Task LoseNumbersAsync(MessageScene scene, MessageSender sender, int count)
    {
        await sender.SendAsync(scene.Message("a"));
        scene.Chain.ForeignMessages = count;
        scene.Chain.Mine();
        int depth = 1;
        for (; (await sender.FindAsync("a"))!.Nonce != (ulong)count; depth++)
        {
            Assert.InRange(depth, 1, 50);
            scene.Chain.Mine(withMessages: false);
            await scene.RoundAsync(sender);
        }

        scene.Chain.Reorganise(depth, forget: true);
    }
}
