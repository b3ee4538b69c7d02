using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Samples.Drill;

/// <summary>A deadline's window that has closed, as the chain has it afterwards.</summary>
/// <param name="Deadline">The deadline.</param>
/// <param name="Open">First epoch.</param>
/// <param name="Close">First epoch after it.</param>
/// <param name="Partitions">Partitions with sectors.</param>
/// <param name="Sectors">Sectors in them.</param>
/// <param name="Faulty">Of those, the ones without a proof.</param>
/// <param name="Blocks">Epochs of the window that have a tipset; while the only node is down there is none.</param>
internal sealed record ClosedWindow(ulong Deadline, long Open, long Close, int Partitions, ulong Sectors, ulong Faulty, int Blocks)
{
    /// <summary>Whether the chain stood for most of the window: then it was not the provider's to prove in time.</summary>
    public bool Stood => 2 * Blocks < Close - Open;

    /// <summary>Whether there are sectors in it that a working machine could have proven, and none did.</summary>
    public bool IsMissed => Faulty > 0 && !Stood;
}

/// <summary>What the chain says of the miner: the only witness that counts.</summary>
internal sealed class ChainWatch(string api, Address miner) : IAsyncDisposable
{
    private readonly WebSocketRpcTransport _transport = new(RpcEndpoint.Parse(api), new RpcTransportOptions { MaxBackoff = TimeSpan.FromMilliseconds(500) });
    private readonly List<ClosedWindow> _windows = [];
    private DeadlineInfo? _open;

    public IReadOnlyList<ClosedWindow> Windows => _windows;

    private StateApi State => new(_transport);

    private ChainHeadApi Head => new(_transport);

    /// <summary>The head's epoch.</summary>
    public async Task<long> HeightAsync(CancellationToken cancellationToken) => (await Head.ChainHeadAsync(cancellationToken)).Height.Value;

    /// <summary>Bytes of proven power.</summary>
    public async Task<TokenAmount> PowerAsync(CancellationToken cancellationToken) =>
        (await State.StateMinerPowerAsync(miner, TipSetKey.Empty, cancellationToken)).MinerPower.RawBytePower;

    /// <summary>Looks at the window that closed since the last call, if one did. To be called several times a window.</summary>
    public async Task<ClosedWindow?> LookAsync(CancellationToken cancellationToken)
    {
        TipSet head = await Head.ChainHeadAsync(cancellationToken);
        DeadlineInfo now = await State.StateMinerProvingDeadlineAsync(miner, head.Key, cancellationToken);
        if (_open is null)
        {
            _open = now;
            return null;
        }

        // An epoch later, so that what the closing did is in the state whichever epoch it is asked at.
        if (head.Height <= _open.Close)
            return null;
        IReadOnlyList<MinerPartition> partitions = await State.StateMinerPartitionsAsync(miner, _open.Index, head.Key, cancellationToken);
        var window = new ClosedWindow(
            _open.Index, _open.Open.Value, _open.Close.Value, partitions.Count(partition => !partition.LiveSectors.IsEmpty),
            partitions.Aggregate(0UL, (sum, partition) => sum + partition.LiveSectors.Count), partitions.Aggregate(0UL, (sum, partition) => sum + partition.FaultySectors.Count),
            await TipSetsAsync(head, _open.Open, _open.Close, cancellationToken));
        _windows.Add(window);
        _open = now;
        return window;
    }

    /// <summary>Forgets the windows so far, and begins with the next whole one.</summary>
    public void Begin() => (_open, _) = (null, _windows.RemoveAll(_ => true));

    /// <summary>Blocks that the miner made, among all from an epoch on.</summary>
    public async Task<(int Own, int All)> BlocksAsync(long since, CancellationToken cancellationToken)
    {
        (int own, int all) = (0, 0);
        for (TipSet at = await Head.ChainHeadAsync(cancellationToken); at.Height >= since && at.Height > 0; at = await Head.ChainGetTipSetAsync(at.Parents, cancellationToken))
        {
            own += at.Blocks.Count(block => block.Miner == miner);
            all += at.Blocks.Count;
        }

        return (own, all);
    }

    private async Task<int> TipSetsAsync(TipSet head, ChainEpoch from, ChainEpoch to, CancellationToken cancellationToken)
    {
        int count = 0;
        for (TipSet at = head; at.Height >= from && at.Height > 0; at = await Head.ChainGetTipSetAsync(at.Parents, cancellationToken))
            count += at.Height < to ? 1 : 0;
        return count;
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();
}
