using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Microsoft.Extensions.Logging;

namespace Filecoin.Proving.Scheduling;

/// <summary>
/// Looks at the sectors of one window before its fault cutoff, as a window PoSt would with randomness of its own; declares faulty sectors that can be read
/// again as recovered, and, where that is wanted, unreadable ones as faulty.
/// </summary>
internal sealed partial class SectorWatch(CycleServices services, MinerHandle miner, ProvingWindow window, CancellationToken stopping)
{
    private readonly Lock _lock = new();
    private readonly List<AskedMessage> _asked = [];
    private CancellationTokenSource? _checking;
    private ImmutableArray<PartitionFindings> _found = [];
    private ChainEpoch? _checkedAt;
    private bool _failed;
    private bool _restored;
    private int _named;

    public SectorCheckState? State
    {
        get
        {
            lock (_lock)
            {
                return _checkedAt is null ? null : new SectorCheckState(
                    miner.Address, window, _found.Sum(partition => partition.Checked), [.. _found.SelectMany(partition => partition.Unreadable)],
                    [.. _found.SelectMany(partition => partition.Recovered.Bits())], _checking is not null);
            }
        }
    }

    /// <summary>Begins looking, looks again, and declares, as the head's epoch asks for.</summary>
    public async Task StepAsync(ChainPoint head, CancellationToken cancellationToken)
    {
        if (!_restored)
        {
            IReadOnlyList<AskedMessage> messages = await services.Store.MessagesAsync(miner.Id, window.Open, cancellationToken).ConfigureAwait(false);
            _asked.AddRange(messages.Where(message => message.Method != MinerMethods.SubmitWindowedPoSt));
            _named = _asked.Count;
            _restored = true;
        }

        IReadOnlyList<MinerPartition> partitions =
            await services.Chain.PartitionsAsync(miner.Address, window.Deadline, head.Key, cancellationToken).ConfigureAwait(false);
        bool inTime = head.Height < window.FaultCutoff - services.Options.DeclareMargin;
        bool begin;
        lock (_lock)
        {
            bool again = _checkedAt is { } at && (_failed || (head.Height >= at + services.Options.Recheck && _found.Any(partition => partition.StillFaulty)));
            begin = _checking is null && inTime && (_checkedAt is null || again);
        }

        if (begin)
        {
            ProvingMiner constants = await services.Chain.MinerAsync(miner.Address, head.Key, cancellationToken).ConfigureAwait(false);
            Begin(head, partitions, PoStConfig.For((RegisteredPoStProof)constants.WindowProof));
        }

        if (inTime)
            await DeclareAsync(head, partitions, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends looking.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _checking?.Cancel();
            _checking = null;
        }
    }

    private void Begin(ChainPoint head, IReadOnlyList<MinerPartition> partitions, PoStConfig proof)
    {
        var checking = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        lock (_lock)
            (_checking, _checkedAt, _failed) = (checking, head.Height, false);
        TimeSpan left = (window.FaultCutoff - services.Options.DeclareMargin - head.Height) * services.Options.Policy.EpochDuration;
        _ = Task.Run(() => CheckAsync(head, partitions, proof, left * services.Options.ReadShare, checking), CancellationToken.None);
    }

    private async Task CheckAsync(
        ChainPoint head, IReadOnlyList<MinerPartition> partitions, PoStConfig proof, TimeSpan within, CancellationTokenSource checking)
    {
        try
        {
            PoStRandomness randomness = PoStRandomness.FromChain(RandomNumberGenerator.GetBytes(32));
            var found = ImmutableArray.CreateBuilder<PartitionFindings>();
            long began = services.Time.GetTimestamp();
            for (int index = 0; index < partitions.Count; index++)
            {
                MinerPartition partition = partitions[index];
                Bitfield look = partition.LiveSectors.Except(partition.RecoveringSectors);
                if (look.IsEmpty)
                    continue;
                ImmutableArray<ProvenSector> sectors = ProvenSectors.Of(
                    miner.Id, look, await services.Chain.SectorsAsync(miner.Address, look, head.Key, checking.Token).ConfigureAwait(false));
                SectorReadings readings = await services.Reader.ReadAsync(
                    [.. sectors.Select(sector => VanillaChallenge.Of(proof, sector, randomness))], within - services.Time.GetElapsedTime(began), null,
                    checking.Token).ConfigureAwait(false);
                Bitfield unreadable = Bitfield.Of(readings.Skipped.Select(skipped => skipped.Sector.Value));
                found.Add(new PartitionFindings(
                    (ulong)index, sectors.Length, readings.Skipped, partition.FaultySectors.Intersect(look).Except(unreadable),
                    !partition.FaultySectors.Intersect(unreadable).IsEmpty));
                if (readings.Skipped.Length > 0)
                    Unreadable(services.Logger, miner.Address, window.Deadline, index, readings.Skipped.Length, sectors.Length, readings.Skipped[0].Reason);
            }

            lock (_lock)
                _found = found.ToImmutable();
        }
        catch (OperationCanceledException) when (checking.IsCancellationRequested)
        {
            // The window's cutoff has come.
        }
#pragma warning disable CA1031 // Whatever went wrong, the next head looks again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            CheckFailed(services.Logger, miner.Address, window.Deadline, failure);
            lock (_lock)
                _failed = true;
        }

        lock (_lock)
        {
            if (_checking == checking)
                _checking = null;
        }

        checking.Dispose();
    }

    private async Task DeclareAsync(ChainPoint head, IReadOnlyList<MinerPartition> partitions, CancellationToken cancellationToken)
    {
        ImmutableArray<PartitionFindings> found;
        lock (_lock)
            found = _found;
        if (found.IsEmpty)
            return;
        (HashSet<(ulong, ulong)> recoveries, HashSet<(ulong, ulong)> faults) = await AskedForAsync(cancellationToken).ConfigureAwait(false);
        var recovered = new List<RecoveryDeclaration>();
        var faulty = new List<FaultDeclaration>();
        int room = services.Options.RecoveriesPerDeadline - partitions.Sum(partition => (int)partition.RecoveringSectors.Count) - recoveries.Count;
        foreach (PartitionFindings partition in found.Where(partition => partition.Index < (ulong)partitions.Count))
        {
            MinerPartition now = partitions[(int)partition.Index];
            Bitfield again = Bitfield.Of(partition.Recovered.Intersect(now.FaultySectors).Except(now.RecoveringSectors).Bits()
                .Where(sector => !recoveries.Contains((partition.Index, sector))).Take(Math.Max(0, room)));
            room -= (int)again.Count;
            if (!again.IsEmpty)
                recovered.Add(new RecoveryDeclaration(window.Deadline, partition.Index, again));
            Bitfield lost = Bitfield.Of(partition.Unreadable.Select(skipped => skipped.Sector.Value)
                .Where(sector => now.LiveSectors.Contains(sector) && !now.FaultySectors.Contains(sector) && !faults.Contains((partition.Index, sector))));
            if (services.Options.DeclareFaults && !lost.IsEmpty)
                faulty.Add(new FaultDeclaration(window.Deadline, partition.Index, lost));
        }

        foreach (RecoveryDeclaration[] batch in Batches(recovered, declaration => declaration.Sectors.Count))
        {
            await SendAsync(
                head, PoStMessageKind.DeclareRecoveries, MinerMethods.DeclareFaultsRecovered, DagCbor.Encode(new DeclareFaultsRecoveredParams(batch)),
                cancellationToken).ConfigureAwait(false);
        }

        foreach (FaultDeclaration[] batch in Batches(faulty, declaration => declaration.Sectors.Count))
        {
            await SendAsync(
                head, PoStMessageKind.DeclareFaults, MinerMethods.DeclareFaults, DagCbor.Encode(new DeclareFaultsParams(batch)), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    // Sectors named by messages that have not failed.
    private async Task<(HashSet<(ulong, ulong)> Recoveries, HashSet<(ulong, ulong)> Faults)> AskedForAsync(CancellationToken cancellationToken)
    {
        HashSet<(ulong, ulong)> recoveries = [], faults = [];
        foreach (AskedMessage message in _asked.ToArray())
        {
            PoStMessageState state = await services.Messages.StatusAsync(message.Key, cancellationToken).ConfigureAwait(false);
            bool isRecovery = message.Method == MinerMethods.DeclareFaultsRecovered;
            if (state.Status == PoStMessageStatus.Failed)
                continue;
            if (state.Status == PoStMessageStatus.Unknown && !await TrySendAsync(
                message, isRecovery ? PoStMessageKind.DeclareRecoveries : PoStMessageKind.DeclareFaults, cancellationToken).ConfigureAwait(false))
                continue;
            if (isRecovery)
            {
                recoveries.UnionWith(DagCbor.Decode<DeclareFaultsRecoveredParams>(message.Params.Span).Recoveries
                    .SelectMany(declaration => declaration.Sectors.Bits().Select(sector => (declaration.Partition, sector))));
            }
            else
            {
                faults.UnionWith(DagCbor.Decode<DeclareFaultsParams>(message.Params.Span).Faults
                    .SelectMany(declaration => declaration.Sectors.Bits().Select(sector => (declaration.Partition, sector))));
            }
        }

        return (recoveries, faults);
    }

    private IEnumerable<T[]> Batches<T>(IReadOnlyList<T> declarations, Func<T, ulong> sectors)
    {
        int most = Math.Min(services.Options.PartitionsPerDeclaration, services.Options.Policy.AddressedPartitionsMax);
        var batch = new List<T>();
        ulong addressed = 0;
        foreach (T declaration in declarations)
        {
            if (batch.Count > 0 && (batch.Count == most || addressed + sectors(declaration) > (ulong)services.Options.Policy.AddressedSectorsMax))
            {
                yield return [.. batch];
                batch.Clear();
                addressed = 0;
            }

            batch.Add(declaration);
            addressed += sectors(declaration);
        }

        if (batch.Count > 0)
            yield return [.. batch];
    }

    private async Task SendAsync(ChainPoint head, PoStMessageKind kind, ulong method, byte[] parameters, CancellationToken cancellationToken)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"declare/{miner.Address}/{window.Open}/{method}/{_named++}");
        var message = new AskedMessage(key, method, parameters, default, head.Height);
        _asked.Add(message);
        if (await TrySendAsync(message, kind, cancellationToken).ConfigureAwait(false))
            Declared(services.Logger, miner.Address, window.Deadline, kind, key);
    }

    private async Task<bool> TrySendAsync(AskedMessage message, PoStMessageKind kind, CancellationToken cancellationToken)
    {
        try
        {
            await services.SendAsync(miner, window, message, kind, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (PoStMessageException refused)
        {
            Refused(services.Logger, miner.Address, window.Deadline, kind, refused.Message);
            _asked.Remove(message);
            await services.Store.ForgetAsync(message.Key, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    [LoggerMessage(340, LogLevel.Warning, "{Miner} deadline {Deadline} partition {Partition}, ahead of time: {Unreadable} of {Sectors} sectors cannot be read, the first because: {Reason}")]
    private static partial void Unreadable(ILogger logger, Address miner, ulong deadline, int partition, int unreadable, int sectors, string reason);

    [LoggerMessage(341, LogLevel.Warning, "{Miner} deadline {Deadline}: its sectors could not be looked at, the next head tries again")]
    private static partial void CheckFailed(ILogger logger, Address miner, ulong deadline, Exception error);

    [LoggerMessage(342, LogLevel.Information, "{Miner} deadline {Deadline}: {Kind} handed to the sender as {Key}")]
    private static partial void Declared(ILogger logger, Address miner, ulong deadline, PoStMessageKind kind, string key);

    [LoggerMessage(343, LogLevel.Error, "{Miner} deadline {Deadline}: the sender refused {Kind}: {Reason}")]
    private static partial void Refused(ILogger logger, Address miner, ulong deadline, PoStMessageKind kind, string reason);

    private sealed record PartitionFindings(
        ulong Index, int Checked, ImmutableArray<SkippedSector> Unreadable, Bitfield Recovered, bool StillFaulty);
}
