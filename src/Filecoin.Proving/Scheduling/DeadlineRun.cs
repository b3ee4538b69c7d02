using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling;

/// <summary>
/// One window of one miner. At each head it compares what the chain asks for with what there is, and sets going what is missing: nothing is
/// remembered between heads that the chain or the tables do not say, so an error, a restart and a reorg are all the same to it.
/// </summary>
internal sealed class DeadlineRun(CycleServices services, MinerHandle miner, ProvingWindow window, CancellationToken stopping)
{
    private readonly SortedDictionary<ulong, PartitionRun> _partitions = [];
    private readonly WindowSubmissions _submissions = new(services, miner, window);
    private Bitfield _posted = Bitfield.Empty;
    private ChainEpoch _head;
    private bool _restored;
    private bool _closed;

    public ProvingWindow Window => window;

    /// <summary>Brings the window up to a head. Throws when a call fails; the next head does it again.</summary>
    public async Task StepAsync(ChainPoint head, CancellationToken cancellationToken)
    {
        if (!_restored)
            await RestoreAsync(cancellationToken).ConfigureAwait(false);
        ProvingMiner constants = await services.Chain.MinerAsync(miner.Address, head.Key, cancellationToken).ConfigureAwait(false);
        var proof = PoStConfig.For((RegisteredPoStProof)constants.WindowProof);
        IReadOnlyList<MinerPartition> partitions =
            await services.Chain.PartitionsAsync(miner.Address, window.Deadline, head.Key, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte> randomness =
            await services.Chain.ChallengeAsync(miner.Address, window.Challenge, head.Key, cancellationToken).ConfigureAwait(false);
        bool open = head.Height >= window.Open;
        Bitfield posted = open
            ? (await services.Chain.SubmissionsAsync(miner.Address, head.Key, cancellationToken).ConfigureAwait(false))[(int)window.Deadline].PostSubmissions
            : Bitfield.Empty;
        DateTimeOffset until = services.Time.GetUtcNow() + ((window.Close - head.Height) * services.Options.Policy.EpochDuration);
        var recovering = new HashSet<ulong>();
        lock (_partitions)
        {
            (_posted, _head) = (posted, head.Height);
            for (ulong index = 0; index < (ulong)partitions.Count; index++)
            {
                MinerPartition partition = partitions[(int)index];
                PartitionRun run = Run(index);
                Bitfield sectors = partition.LiveSectors.Except(partition.FaultySectors).Union(partition.RecoveringSectors);
                if (!partition.RecoveringSectors.IsEmpty)
                    recovering.Add(index);
                if (posted.Contains(index))
                    run.Stop();
                else
                    run.Want(new PartitionWanted(randomness, sectors, proof, head.Key, until), stopping);
            }
        }

        // A message sent now lands in the next epoch at the earliest.
        if (open && head.Height >= window.Open + services.Options.SubmitConfidence && head.Height + 1 < window.Close)
        {
            bool othersAtWork = _partitions.Values.Any(run => run.IsWorking && !posted.Contains(run.Partition))
                && head.Height < window.Open + services.Options.SubmitConfidence + services.Options.BatchWait;
            await _submissions.StepAsync(
                head, proof, constants.PartitionSectors, randomness,
                [.. _partitions.Values.Where(run => run.Proof is not null && !posted.Contains(run.Partition))],
                recovering, othersAtWork, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the window: work on it stops, and what is missing is told.</summary>
    /// <returns>Partitions that were to be proven and were not.</returns>
    public IReadOnlyList<ulong> Close()
    {
        lock (_partitions)
        {
            _closed = true;
            foreach (PartitionRun run in _partitions.Values)
                run.Stop();
            return [.. _partitions.Values.Where(IsMissing).Select(run => run.Partition)];
        }
    }

    public IReadOnlyList<PartitionState> State()
    {
        lock (_partitions)
        {
            return [.. _partitions.Values.Select(run => run.State(
                _head, Told(run), _submissions.MessageOf(run.Partition), _submissions.ErrorOf(run.Partition)))];
        }
    }

    private PartitionPhase? Told(PartitionRun run)
    {
        if (_posted.Contains(run.Partition))
            return PartitionPhase.OnChain;
        if (_closed)
            return run.IsEmpty ? PartitionPhase.Nothing : IsMissing(run) ? PartitionPhase.Missed : PartitionPhase.OnChain;
        return _submissions.HasLanded(run.Partition) || _submissions.IsOnItsWay(run.Partition) ? PartitionPhase.Submitted : null;
    }

    // What lands in the last epoch shows only after the window's end, so the sender's word counts too.
    private bool IsMissing(PartitionRun run) => !run.IsEmpty && !_posted.Contains(run.Partition) && !_submissions.HasLanded(run.Partition);

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        foreach (FinishedProof proof in await services.Store.ProofsAsync(miner.Id, window.Open, cancellationToken).ConfigureAwait(false))
        {
            lock (_partitions)
                Run(proof.Partition).Restore(proof);
        }

        await _submissions.RestoreAsync(cancellationToken).ConfigureAwait(false);
        _restored = true;
    }

    private PartitionRun Run(ulong index)
    {
        if (!_partitions.TryGetValue(index, out PartitionRun? run))
            _partitions.Add(index, run = new PartitionRun(services, miner, window, index));
        return run;
    }
}
