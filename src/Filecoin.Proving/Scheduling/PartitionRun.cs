using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Database;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;
using Microsoft.Extensions.Logging;

namespace Filecoin.Proving.Scheduling;

/// <summary>What a partition's proof has to be at a head.</summary>
/// <param name="Randomness">The randomness as the chain gives it.</param>
/// <param name="Sectors">The sectors to prove.</param>
/// <param name="Proof">The registered PoSt.</param>
/// <param name="At">The tipset that says so.</param>
/// <param name="Until">When the window closes.</param>
internal sealed record PartitionWanted(ReadOnlyMemory<byte> Randomness, Bitfield Sectors, PoStConfig Proof, TipSetKey At, DateTimeOffset Until);

/// <summary>
/// The making of one partition's proof: sectors, vanilla proofs, SNARK, disk. Told at each head what is wanted, it goes on, begins anew or rests; a
/// failure is kept for the report and the next head begins anew.
/// </summary>
internal sealed partial class PartitionRun(CycleServices services, MinerHandle miner, ProvingWindow window, ulong partition)
{
    private readonly Lock _lock = new();
    private PartitionWanted? _wanted;
    private CancellationTokenSource? _working;
    private PartitionPhase _phase = PartitionPhase.Waiting;
    private ImmutableArray<SkippedSector> _skipped = [];
    private CancellationToken _stopping;
    private string? _job;
    private string? _error;
    private int _read;
    private int _attempts;
    private long _phaseBegan;

    public ulong Partition { get; } = partition;

    /// <summary>The proof that fits what is wanted, or null.</summary>
    public FinishedProof? Proof { get; private set; }

    /// <summary>Whether somebody is at work on it.</summary>
    public bool IsWorking
    {
        get
        {
            lock (_lock)
                return _working is not null;
        }
    }

    /// <summary>Whether there is anything to prove.</summary>
    public bool IsEmpty => _wanted?.Sectors.IsEmpty != false;

    /// <summary>Takes a proof that an earlier run left on disk.</summary>
    public void Restore(FinishedProof proof)
    {
        lock (_lock)
        {
            Proof = proof;
            _skipped = [.. proof.Skipped.Bits().Select(sector => new SkippedSector(new SectorNumber(sector), "not read by an earlier run"))];
        }
    }

    /// <summary>Says what is wanted at a head.</summary>
    public void Want(PartitionWanted wanted, CancellationToken stopping)
    {
        lock (_lock)
        {
            bool same = _wanted is { } before && before.Randomness.Span.SequenceEqual(wanted.Randomness.Span) && before.Sectors.Equals(wanted.Sectors);
            _wanted = wanted;
            if (Proof is not null && !Proof.Fits(wanted.Randomness.Span, wanted.Sectors))
            {
                Overtaken(services.Logger, miner.Address, window.Deadline, Partition);
                Proof = null;
            }

            if (!same)
                StopWork();
            if (wanted.Sectors.IsEmpty)
                _phase = PartitionPhase.Nothing;
            else if (Proof is not null)
                _phase = PartitionPhase.Proven;
            else if (_working is null)
                Begin(wanted, stopping);
        }
    }

    /// <summary>Drops a proof that turned out not to verify.</summary>
    public void Drop(string reason)
    {
        lock (_lock)
            (Proof, _error, _phase) = (null, reason, PartitionPhase.Waiting);
    }

    /// <summary>Ends whatever is going on.</summary>
    public void Stop()
    {
        lock (_lock)
            StopWork();
    }

    public PartitionState State(ChainEpoch head, PartitionPhase? told, string? message, string? error)
    {
        lock (_lock)
        {
            return new PartitionState
            {
                Miner = miner.Address,
                Window = window,
                Partition = Partition,
                Phase = told ?? _phase,
                EpochsLeft = Math.Max(0, window.Close - head),
                Slack = SlackOf(told ?? _phase),
                Sectors = _wanted?.Sectors.Count ?? 0,
                Read = _read,
                Skipped = _skipped,
                Job = _working is null ? null : _job,
                Message = message,
                Attempts = _attempts,
                Error = error ?? _error,
            };
        }
    }

    private TimeSpan? SlackOf(PartitionPhase phase)
    {
        TimeSpan? work = phase switch
        {
            PartitionPhase.Waiting => services.Times.Reading + services.Times.Proving,
            PartitionPhase.Reading => Left(services.Times.Reading) + services.Times.Proving,
            PartitionPhase.Proving => Left(services.Times.Proving),
            PartitionPhase.Proven or PartitionPhase.Submitted => TimeSpan.Zero,
            _ => null,
        };
        return _wanted is null || work is null ? null : _wanted.Until - services.Time.GetUtcNow() - services.Options.Policy.EpochDuration - work;

        TimeSpan? Left(TimeSpan? whole)
        {
            TimeSpan? left = whole - services.Time.GetElapsedTime(Interlocked.Read(ref _phaseBegan));
            return left < TimeSpan.Zero ? TimeSpan.Zero : left;
        }
    }

    private void StopWork()
    {
        if (_working is null)
            return;
        _working.Cancel();
        _working = null;

        // When the hub goes down, workers go on: the next hub asks for the same proof.
        if (_job is not null && !_stopping.IsCancellationRequested)
            services.Pool.Withdraw(_job);
    }

    private void Begin(PartitionWanted wanted, CancellationToken stopping)
    {
        var working = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        (_working, _stopping) = (working, stopping);
        _attempts++;
        (_phase, _read, _skipped, _job) = (PartitionPhase.Reading, 0, [], null);
        _ = Task.Run(() => WorkAsync(wanted, working), CancellationToken.None);
    }

    private async Task WorkAsync(PartitionWanted wanted, CancellationTokenSource working)
    {
        string? error = null;
        FinishedProof? proof = null;
        bool kept = false;
        try
        {
            await services.Partitions.WaitAsync(working.Token).ConfigureAwait(false);
            try
            {
                proof = await ProveAsync(wanted, working).ConfigureAwait(false);
            }
            finally
            {
                services.Partitions.Release();
            }

            kept = await TryKeepAsync(proof, working.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (working.IsCancellationRequested)
        {
            // Another challenge, another set of sectors, or the end of the window.
        }
#pragma warning disable CA1031 // Whatever went wrong, the next head begins anew.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            error = failure.Message;
            Failed(services.Logger, miner.Address, window.Deadline, Partition, failure);
        }

        lock (_lock)
        {
            if (_working == working)
            {
                (_working, _error) = (null, error);
                Proof = error is null ? proof : null;
                _phase = Proof is null ? PartitionPhase.Waiting : PartitionPhase.Proven;
            }
        }

        // A database that is away costs no proof: it is submitted from memory, and written when the database is back.
        while (proof is not null && !kept && Proof == proof && services.Time.GetUtcNow() < wanted.Until)
        {
            await Task.Delay(services.Options.RetryDelay, services.Time, CancellationToken.None).ConfigureAwait(false);
            kept = await TryKeepAsync(proof, CancellationToken.None).ConfigureAwait(false);
        }

        working.Dispose();
    }

    private async Task<bool> TryKeepAsync(FinishedProof proof, CancellationToken cancellationToken)
    {
        try
        {
            await services.Store.KeepAsync(miner.Id, window.Open, proof, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (DatabaseException e)
        {
            NotKept(services.Logger, miner.Address, window.Deadline, Partition, e.Message);
            return false;
        }
    }

    private async Task<FinishedProof> ProveAsync(PartitionWanted wanted, CancellationTokenSource working)
    {
        CancellationToken cancellationToken = working.Token;
        IReadOnlyList<SectorOnChainInfo> infos =
            await services.Chain.SectorsAsync(miner.Address, wanted.Sectors, wanted.At, cancellationToken).ConfigureAwait(false);
        ImmutableArray<ProvenSector> sectors = ProvenSectors.Of(miner.Id, wanted.Sectors, infos);
        PoStRandomness randomness = PoStRandomness.FromChain(wanted.Randomness.Span);
        TimeSpan left = wanted.Until - services.Time.GetUtcNow();
        long began = services.Time.GetTimestamp();
        Interlocked.Exchange(ref _phaseBegan, began);
        SectorReadings readings = await services.Reader.ReadAsync(
            [.. sectors.Select(sector => VanillaChallenge.Of(wanted.Proof, sector, randomness))], left * services.Options.ReadShare,
            new ReadProgress(this), cancellationToken).ConfigureAwait(false);
        TimeSpan took = services.Time.GetElapsedTime(began);
        services.Metrics.Reading.Record(took.TotalSeconds);
        services.Times.Read(took);
        services.Metrics.Skipped.Add(readings.Skipped.Length);
        if (readings.Skipped.Length > 0)
        {
            Skipped(
                services.Logger, miner.Address, window.Deadline, Partition, readings.Skipped.Length, sectors.Length,
                string.Join(" | ", readings.Skipped.Take(5).Select(skipped => $"{skipped.Sector}: {skipped.Reason}")));
        }

        lock (_lock)
            _skipped = readings.Skipped;
        if (readings.Proofs.IsEmpty)
            throw new IOException($"none of {sectors.Length} sectors could be read: {readings.Skipped[0].Reason}");
        PoStJob job = PoStJob.Create(
            wanted.Proof, miner.Id, randomness, readings.Proofs, wanted.Until, $"{miner.Address} deadline {window.Deadline} partition {Partition}");
        lock (_lock)
        {
            if (_working == working)
                (_phase, _job) = (PartitionPhase.Proving, job.Id);
        }

        began = services.Time.GetTimestamp();
        Interlocked.Exchange(ref _phaseBegan, began);
        byte[] snark = await services.Pool.ProveAsync(job, cancellationToken).ConfigureAwait(false);
        took = services.Time.GetElapsedTime(began);
        services.Metrics.Proving.Record(took.TotalSeconds);
        services.Times.Proved(took);
        services.Metrics.Proven.Add(1);
        return new FinishedProof(
            Partition, wanted.Randomness, job.PublicInputs.Sectors, Bitfield.Of(readings.Skipped.Select(skipped => skipped.Sector.Value)), snark);
    }

    [LoggerMessage(320, LogLevel.Warning, "{Miner} deadline {Deadline} partition {Partition}: no proof yet, the next head tries again")]
    private static partial void Failed(ILogger logger, Address miner, ulong deadline, ulong partition, Exception error);

    [LoggerMessage(321, LogLevel.Warning, "{Miner} deadline {Deadline} partition {Partition}: {Skipped} of {Sectors} sectors skipped: {Reasons}")]
    private static partial void Skipped(ILogger logger, Address miner, ulong deadline, ulong partition, int skipped, int sectors, string reasons);

    [LoggerMessage(322, LogLevel.Warning, "{Miner} deadline {Deadline} partition {Partition}: the chain asks for another proof now")]
    private static partial void Overtaken(ILogger logger, Address miner, ulong deadline, ulong partition);

    [LoggerMessage(323, LogLevel.Error, "{Miner} deadline {Deadline} partition {Partition}: the proof is not on disk yet: {Reason}")]
    private static partial void NotKept(ILogger logger, Address miner, ulong deadline, ulong partition, string reason);

    private sealed class ReadProgress(PartitionRun run) : IProgress<int>
    {
        public void Report(int value) => Interlocked.Exchange(ref run._read, value);
    }
}
