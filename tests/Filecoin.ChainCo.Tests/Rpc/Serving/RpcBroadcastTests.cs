using System.Text;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Tests.Rpc.Serving;

public sealed class RpcBroadcastTests
{
    private readonly RpcBroadcast _broadcast = new();

    [Fact]
    public async Task All_listeners_get_every_value_in_order_and_those_of_one_number_the_same_bytes()
    {
        using var stop = new CancellationTokenSource();
        List<byte[]> early = [], same = [], other = [], late = [];
        Task[] listening = [Listen(1, early, stop.Token), Listen(1, same, stop.Token), Listen(2, other, stop.Token)];
        Publish("\"a\"", "\"head a\"");
        Publish("\"b\"", "\"head b\"");
        listening = [.. listening, Listen(3, late, stop.Token)];
        Publish("\"c\"", "\"head c\"");

        Assert.Equal(["[1,\"a\"]", "[1,\"b\"]", "[1,\"c\"]"], early.Select(Params));
        Assert.Equal(["[2,\"a\"]", "[2,\"b\"]", "[2,\"c\"]"], other.Select(Params));
        // Who comes later begins with what stands for all before, and misses nothing after it.
        Assert.Equal(["[3,\"head b\"]", "[3,\"c\"]"], late.Select(Params));
        Assert.All(early.Zip(same), pair => Assert.Same(pair.First, pair.Second));
        Assert.Equal(4, _broadcast.ListenerCount);
        await stop.CancelAsync();
        await Task.WhenAll(listening);
        Assert.Equal(0, _broadcast.ListenerCount);
        Publish("\"d\"", "\"head d\"");
        Assert.Equal(3, early.Count);
    }

    [Fact]
    public async Task A_break_ends_all_and_whoever_comes_after_it_waits_for_a_new_beginning()
    {
        List<byte[]> before = [], after = [];
        Task listening = Listen(1, before, CancellationToken.None);
        Publish("\"a\"", "\"head a\"");
        _broadcast.Break();
        await listening.WaitAsync(TimeSpan.FromSeconds(30));
        Task anew = Listen(1, after, CancellationToken.None);
        Assert.Empty(after);
        Publish("\"b\"", "\"head b\"");
        Assert.Equal(["[1,\"a\"]"], before.Select(Params));
        Assert.Equal(["[1,\"b\"]"], after.Select(Params));
        _broadcast.Break();
        await anew.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private Task Listen(long channel, List<byte[]> into, CancellationToken token) => _broadcast.ListenAsync(channel, into.Add, token);

    private void Publish(string value, string opening) => _broadcast.Publish(Encoding.UTF8.GetBytes(value), () => Encoding.UTF8.GetBytes(opening));

    private static string Params(byte[] message)
    {
        string text = Encoding.UTF8.GetString(message);
        const string Head = """{"jsonrpc":"2.0","method":"xrpc.ch.val","params":""";
        Assert.StartsWith(Head, text, StringComparison.Ordinal);
        return text[Head.Length..^1];
    }
}
