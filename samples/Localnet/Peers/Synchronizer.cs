using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Chain;
using Filecoin.Samples.Localnet.Faults;
using Microsoft.Extensions.Logging;

namespace Filecoin.Samples.Localnet.Peers;

/// <summary>Takes blocks of other nodes in with all their ancestors, and sends on what is new.</summary>
internal sealed partial class Synchronizer(LocalChain chain, PeerNetwork peers, LocalnetOptions options, FaultInjector faults, TimeProvider time, ILogger logger) : IDisposable
{
    private const int MaxFetched = 100_000;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Sends own blocks out.</summary>
    public Task PublishAsync(IReadOnlyList<FullBlock> blocks, CancellationToken token) =>
        faults.Current.Isolate ? Task.CompletedTask : Task.WhenAll(blocks.Select(block => peers.SendAsync(block, token)));

    /// <summary>Sends a message on.</summary>
    public void Publish(SignedMessage message, CancellationToken token)
    {
        if (!faults.Current.Isolate)
            _ = peers.SendAsync(message, token);
    }

    /// <summary>Takes a block in whose messages this node or a peer has.</summary>
    /// <exception cref="BlockException">It is not valid, or what it stands on cannot be had.</exception>
    public async Task SubmitAsync(BlockMessage submitted, CancellationToken token)
    {
        if (faults.Current.Isolate)
            throw new BlockException("this node is isolated");
        if (chain.Store.FindBlock(submitted.Header.Cid) is not null)
            return;
        if (submitted.SecpkMessages.Count > 0)
            throw new BlockException("this network has BLS messages only");
        var messages = submitted.BlsMessages.Select(chain.Store.FindMessage).ToList();
        FullBlock block = messages.TrueForAll(message => message is not null)
            ? new FullBlock(submitted.Header, messages!)
            : await FetchAsync(submitted.Header.Cid, token);
        if (await AddAsync(block, token))
            _ = PublishAsync([block], CancellationToken.None);
    }

    /// <summary>Tells the peers of this node and asks them for their heads, now and then, for what was not sent or did not arrive.</summary>
    public async Task RunAsync(CancellationToken token)
    {
        TimeSpan pause = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerSecond, options.Policy.EpochDuration.Ticks * 2));
        while (true)
        {
            if (!faults.Current.Isolate)
                await peers.AnnounceAsync(token);
            foreach (TipSet head in faults.Current.Isolate ? [] : await peers.HeadsAsync(token))
            {
                try
                {
                    foreach (BlockHeader header in head.Blocks.Where(header => chain.Store.FindBlock(header.Cid) is null))
                        await AddAsync(await FetchAsync(header.Cid, token), token);
                }
                catch (BlockException e)
                {
                    LogRefused(logger, head.Height.Value, e.Message);
                }
            }

            await Task.Delay(pause, time, token);
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<bool> AddAsync(FullBlock block, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            var waiting = new Stack<FullBlock>();
            var wanted = new Queue<FullBlock>([block]);
            var seen = new HashSet<Cid>();
            while (wanted.TryDequeue(out FullBlock? next))
            {
                if (options.Clock && next.Header.Timestamp > chain.Rules.TimestampOf(Now() + options.MaxEpochsAhead))
                    throw new BlockException($"epoch {next.Header.Height} is ahead of the clock, which is at {Now()}");
                if (next.Header.Height <= 0)
                    throw new BlockException($"genesis {next.Header.Cid} is another network's");
                waiting.Push(next);
                foreach (Cid parent in next.Header.Parents)
                {
                    if (!seen.Add(parent) || chain.Store.FindBlock(parent) is not null)
                        continue;
                    if (seen.Count > MaxFetched)
                        throw new BlockException($"more than {MaxFetched} blocks lie between");
                    wanted.Enqueue(await FetchAsync(parent, token));
                }
            }

            bool isNew = false;
            while (waiting.TryPop(out FullBlock? next))
                isNew = chain.Add(next);
            return isNew;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<FullBlock> FetchAsync(Cid cid, CancellationToken token) =>
        await peers.FetchAsync(cid, token) ?? throw new BlockException($"block {cid} is at no peer");

    private ChainEpoch Now() => (time.GetUtcNow() - options.GenesisTime!.Value).Ticks / options.Policy.EpochDuration.Ticks;

    [LoggerMessage(41, LogLevel.Debug, "A peer's head of epoch {Epoch} is not taken: {Fault}")]
    private static partial void LogRefused(ILogger logger, long epoch, string fault);
}
