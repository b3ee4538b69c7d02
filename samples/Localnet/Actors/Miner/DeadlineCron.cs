using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>The end of a deadline's last epoch (builtin-actors <c>handle_proving_deadline</c>, <c>advance_deadline</c>).</summary>
internal static class DeadlineCron
{
    /// <summary>Settles the deadline when this is its last epoch.</summary>
    public static void Run(MinerCall call)
    {
        DeadlineInfo closing = call.CurrentDeadline;
        if (call.Epoch != closing.Last())
            return;
        ConfirmWorker(call);
        TokenAmount burnt = ExpirePreCommits(call);
        int index = (int)closing.Index;
        MinerState state = call.State;
        Deadline deadline = state.Deadlines[index];
        long size = (long)state.Info.SectorSize;

        // Faults found now cost nothing yet; those known before pay for their day.
        TokenAmount penalty = call.Economics.ContinuedFault((System.Numerics.BigInteger)deadline.FaultySectors * size);
        deadline = CloseWindow(deadline, closing, call.Policy, state.Sectors, out long power);
        deadline = Expire(deadline, closing, call.Policy, state.Sectors, out Bitfield onTime, out Bitfield early, out long expired);
        TokenAmount released = onTime.Bits().Aggregate(default(TokenAmount), (sum, number) => sum + state.Sectors[number].InitialPledge);
        call.State = state.WithDeadline(index, deadline) with { InitialPledge = state.InitialPledge - released };
        call.Execution.UpdatePower(call.Id, (power + expired) * size);
        call.Penalize(burnt + penalty);
        Terminations.Settle(call, early);
    }

    /// <summary>Makes a waiting worker the worker once its time has come.</summary>
    public static void ConfirmWorker(MinerCall call)
    {
        MinerInfoState info = call.State.Info;
        if (info.PendingWorkerKey is { } pending && call.Epoch >= pending.EffectiveAt.Value)
            call.State = call.State with { Info = info with { Worker = pending.NewWorker, PendingWorkerKey = null } };
    }

    private static TokenAmount ExpirePreCommits(MinerCall call)
    {
        MinerState state = call.State;
        SectorPreCommitOnChainInfo[] expired = [.. state.PreCommits.Values.Where(precommit => call.Epoch >= precommit.PreCommitEpoch.Value
            + call.Policy.MaxProveCommitDuration(precommit.Info.SealProof)!.Value + call.Policy.ExpiredPreCommitCleanUpDelay)];
        TokenAmount deposits = expired.Aggregate(default(TokenAmount), (sum, precommit) => sum + precommit.PreCommitDeposit);
        call.State = state with
        {
            PreCommits = state.PreCommits.RemoveRange(expired.Select(precommit => precommit.Info.SectorNumber)),
            PreCommitDeposits = state.PreCommitDeposits - deposits,
        };
        return deposits;
    }

    private static Deadline CloseWindow(
        Deadline deadline, DeadlineInfo closing, NetworkPolicy policy, ImmutableSortedDictionary<ulong, SectorOnChainInfo> sectors, out long power)
    {
        power = 0;
        ImmutableArray<Partition>.Builder partitions = deadline.Partitions.ToBuilder();
        for (int i = 0; i < partitions.Count; i++)
        {
            if (deadline.PartitionsPoSted.Contains((ulong)i))
                continue;
            (partitions[i], long lost) = partitions[i].RecordMissed(closing.Last() + policy.FaultMaxAge);
            power += lost;
        }

        ImmutableArray<Partition> closed = partitions.ToImmutable();
        return deadline with
        {
            Partitions = closed,
            PartitionsPoSted = Bitfield.Empty,
            Submissions = [],
            Snapshot = deadline.Submissions.IsEmpty
                ? null
                : new DisputeSnapshot(
                    deadline.Submissions.Select((submission, i) => KeyValuePair.Create(i, submission)).ToImmutableSortedDictionary(), closed, sectors),
        };
    }

    private static Deadline Expire(
        Deadline deadline, DeadlineInfo closing, NetworkPolicy policy, ImmutableSortedDictionary<ulong, SectorOnChainInfo> sectors,
        out Bitfield onTime, out Bitfield early, out long power)
    {
        long last = closing.Last();
        (onTime, early, power) = (Bitfield.Empty, Bitfield.Empty, 0);
        for (int i = 0; i < deadline.Partitions.Length; i++)
        {
            Partition partition = deadline.Partitions[i];
            Bitfield due = Bitfield.Of(partition.Live.Bits().Where(number => sectors[number].Expiration.Value <= last));
            Bitfield aged = Bitfield.Of(partition.FaultExpirations.Where(fault => fault.Value <= last).Select(fault => fault.Key)).Except(due);
            if (due.IsEmpty && aged.IsEmpty)
                continue;
            (partition, long lost) = partition.Terminate(due.Union(aged));
            power += lost;
            deadline = deadline with { Partitions = deadline.Partitions.SetItem(i, partition) };
            (onTime, early) = (onTime.Union(due), early.Union(aged));
        }

        return deadline;
    }
}
