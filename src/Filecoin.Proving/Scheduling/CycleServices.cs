using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Microsoft.Extensions.Logging;

namespace Filecoin.Proving.Scheduling;

/// <summary>What every part of the cycle works with.</summary>
internal sealed record CycleServices(
    IProvingChain Chain, IPoStMessages Messages, SectorReader Reader, PoStWorkerPool Pool, IPoStVerifier Verifier, PoStStore Store,
    WindowPoStOptions Options, SemaphoreSlim Partitions, SchedulingMetrics Metrics, WorkTimes Times, TimeProvider Time, ILogger Logger)
{
    /// <summary>Asks the sender for a message, once it is on disk that it is wanted.</summary>
    public async Task SendAsync(MinerHandle miner, ProvingWindow window, AskedMessage message, PoStMessageKind kind, CancellationToken cancellationToken)
    {
        await Store.KeepAsync(miner.Id, window.Open, message, cancellationToken).ConfigureAwait(false);
        await Messages.SendAsync(
            new PoStMessage
            {
                Kind = kind,
                Miner = miner.Address,
                Method = message.Method,
                Params = message.Params,
                MaxFee = Options.MaxFee,
                Key = message.Key,
                UselessFrom = kind == PoStMessageKind.WindowPoSt ? window.Close : window.FaultCutoff,
            },
            cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>A miner by its two names.</summary>
internal sealed record MinerHandle(Filecoin.ChainCo.Chain.Address Address, ulong Id);
