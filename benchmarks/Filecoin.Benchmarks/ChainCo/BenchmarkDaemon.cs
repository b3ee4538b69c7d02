using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.ChainCo.Tests.Coordination;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>A daemon on loopback over a simulated chain that was made before: as light as our server allows, for what stands before it is measured.</summary>
internal sealed class BenchmarkDaemon : IAsyncDisposable
{
    /// <summary>The command under which this program is a daemon.</summary>
    public const string Command = "daemon";

    private static readonly string s_kilobyte = new('7', 1024);
    private readonly SimChain _chain;
    private readonly ConcurrentDictionary<Channel<IReadOnlyList<HeadChange>>, bool> _subscribers = new();
    private readonly RpcServer _server;

    private BenchmarkDaemon(SimChain chain, TipSet head)
    {
        _chain = chain;
        Head = head;
        _server = RpcServer.StartAsync(Methods()).GetAwaiter().GetResult();
    }

    public Uri Url => new(_server.Address, "/rpc/v1");

    public TipSet Head { get; private set; }

    public static BenchmarkDaemon Start(SimChain chain, TipSet head) => new(chain, head);

    /// <summary>Serves a chain that stands still, the same in every process, until it is killed; says first where.</summary>
    public static void Run()
    {
        var chain = new SimChain();
        BenchmarkDaemon daemon = Start(chain, chain.Grow(chain.Genesis, 5));
        Console.WriteLine(daemon.Url);
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Moves the head to a child and tells it.</summary>
    public void Move(TipSet head)
    {
        Head = head;
        foreach (Channel<IReadOnlyList<HeadChange>> subscriber in _subscribers.Keys)
            subscriber.Writer.TryWrite([new HeadChange(HeadChangeType.Apply, head)]);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private RpcMethods Methods() => new RpcMethods()
        .Add("Filecoin.Version", RpcPermissions.Read, 0, _ => new NodeVersion { Version = "1.33.0", Agent = "lotus", BlockDelay = 30 }, ApiJsonContext.Default.NodeVersion)
        .Add("Filecoin.StateNetworkName", RpcPermissions.Read, 0, _ => "benchmark", ApiJsonContext.Default.String)
        .Add("Filecoin.ChainGetGenesis", RpcPermissions.Read, 0, _ => _chain.Genesis, ApiJsonContext.Default.TipSet)
        .Add("Filecoin.ChainHead", RpcPermissions.Read, 0, _ => Head, ApiJsonContext.Default.TipSet)
        .Add("Filecoin.ChainGetTipSet", RpcPermissions.Read, 1, request => Find(request.Key(0)), ApiJsonContext.Default.TipSet)
        .Add("Filecoin.ChainTipSetWeight", RpcPermissions.Read, 1, request => SimChain.WeightOf(Find(request.Key(0))).ToString(), ApiJsonContext.Default.String)
        .Add("Filecoin.StateMinerPower", RpcPermissions.Read, 2, _ => s_kilobyte, ApiJsonContext.Default.String)
        .AddChannel("Filecoin.ChainNotify", RpcPermissions.Read, 0, (_, token) => NotifyAsync(token), ApiJsonContext.Default.IReadOnlyListHeadChange);

    private async IAsyncEnumerable<IReadOnlyList<HeadChange>> NotifyAsync([EnumeratorCancellation] CancellationToken token)
    {
        var channel = Channel.CreateUnbounded<IReadOnlyList<HeadChange>>();
        channel.Writer.TryWrite([new HeadChange(HeadChangeType.Current, Head)]);
        _subscribers[channel] = true;
        try
        {
            await foreach (IReadOnlyList<HeadChange> batch in channel.Reader.ReadAllAsync(token))
                yield return batch;
        }
        finally
        {
            _subscribers.TryRemove(channel, out _);
        }
    }

    private TipSet Find(TipSetKey key) => _chain.TryGet(key, out TipSet? found) ? found! : throw new RpcFaultException(RpcErrorCode.Generic, "not found");
}
