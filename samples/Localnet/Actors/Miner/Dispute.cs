using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>Method 24: anyone shows that a proof of the last window does not hold (builtin-actors <c>dispute_windowed_post</c>).</summary>
internal static class Dispute
{
    /// <summary>Checks the proof; when it does not hold its sectors are faulty, the miner pays and the caller is rewarded.</summary>
    public static void Run(MinerCall call, DisputeWindowedPoStParams parameters)
    {
        NetworkPolicy policy = call.Policy;
        if (parameters.Deadline >= (ulong)policy.WPoStPeriodDeadlines)
            throw ActorException.Illegal($"deadline {parameters.Deadline} of {policy.WPoStPeriodDeadlines}");
        MinerState state = call.State;
        if (!DeadlineRules.IsDisputable(policy, state.ProvingPeriodStart, parameters.Deadline, call.Epoch))
            throw new ActorException(ExitCode.Forbidden, $"deadline {parameters.Deadline} can be disputed in the {policy.WPoStDisputeWindow} epochs after its close only");
        Deadline deadline = state.Deadlines[(int)parameters.Deadline];
        if (deadline.Snapshot is not { } snapshot || parameters.PoStIndex > int.MaxValue
            || !snapshot.Submissions.TryGetValue((int)parameters.PoStIndex, out PoStSubmission? submission))
            throw ActorException.Illegal($"deadline {parameters.Deadline} has no proof {parameters.PoStIndex} to dispute");

        DeadlineInfo next = DeadlineRules.NextNotElapsed(policy, state.ProvingPeriodStart, parameters.Deadline, call.Epoch);
        DeadlineInfo closed = DeadlineRules.At(policy, next.PeriodStart.Value - policy.WPoStProvingPeriod, parameters.Deadline, call.Epoch);
        int[] partitions = [.. submission.Partitions.ToArray(policy.PoStedPartitionsMax).Select(partition => (int)partition)];
        call.Execution.Charge((GasSchedule.PoStProof + GasSchedule.Partition) * partitions.Length);
        Bitfield disputed = partitions.Aggregate(Bitfield.Empty, (all, partition) => all.Union(snapshot.Partitions[partition].Active));
        if (WindowPoSt.Verify(call, closed, disputed, snapshot.Sectors, submission.Proof))
            throw ActorException.Illegal("the disputed window PoSt holds");

        long power = 0;
        foreach (int partition in partitions)
        {
            (Partition changed, long lost) = deadline.Partitions[partition].RecordFaults(
                snapshot.Partitions[partition].Active, closed.Last() + policy.FaultMaxAge);
            power += lost;
            deadline = deadline with { Partitions = deadline.Partitions.SetItem(partition, changed) };
        }

        deadline = deadline with { Snapshot = snapshot with { Submissions = snapshot.Submissions.Remove((int)parameters.PoStIndex) } };
        long size = (long)state.Info.SectorSize;
        TokenAmount penalty = call.Economics.InvalidWindowPoSt((System.Numerics.BigInteger)disputed.Count * size) + Economics.DisputeReward;
        call.State = state.WithDeadline((int)parameters.Deadline, deadline);
        call.Execution.UpdatePower(call.Id, power * size);
        TokenAmount burnt = call.Penalize(penalty);
        TokenAmount reward = burnt < Economics.DisputeReward ? burnt : Economics.DisputeReward;
        call.Execution.Transfer(SingletonActors.Burnt, call.Caller, reward);
    }
}
