using System.Text;
using System.Threading.Channels;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Proxy;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Coordination;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.ChainCo.Tests.Proxy;

public sealed class HeadBroadcastTests
{
    /// <summary>Whatever goes wrong in the middle, listeners are told that the channel broke, and those who listen anew get the head and what comes after it.</summary>
    [Fact]
    public async Task A_broadcast_that_fails_begins_anew()
    {
        var chain = new SimChain();
        TipSet first = chain.Grow(chain.Genesis, 3);
        var stream = new HeadStream(buffer: 10);
        bool fails = false;
        await using var broadcast = new HeadBroadcast(
            stream, new HeaderStore(100),
            batch => fails ? throw new InvalidDataException("not foreseen") : Encoding.ASCII.GetBytes($"\"{batch[^1].Type} {batch[^1].Val.Height}\""), NullLogger.Instance);
        stream.Move(first, new TokenAmount(3), null);
        var seen = Channel.CreateUnbounded<string>();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        Task listening = Listen();
        await Expect($"Current {first.Height}");
        fails = true;
        TipSet second = chain.Grow(first, 1);
        stream.Move(second, new TokenAmount(4), [new(HeadChangeType.Apply, second)]);
        await listening.WaitAsync(timeout.Token);

        fails = false;
        listening = Listen();
        await Expect($"Current {second.Height}");
        TipSet third = chain.Grow(second, 1);
        stream.Move(third, new TokenAmount(5), [new(HeadChangeType.Apply, third)]);
        await Expect($"Apply {third.Height}");
        await timeout.CancelAsync();
        await listening;

        Task Listen() => broadcast.Channel.ListenAsync(1, message => seen.Writer.TryWrite(Encoding.UTF8.GetString(message)), timeout.Token);

        async Task Expect(string head) => Assert.Contains(head, await seen.Reader.ReadAsync(timeout.Token), StringComparison.Ordinal);
    }
}
