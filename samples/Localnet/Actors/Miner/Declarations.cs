using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>Sectors of one partition that a message is about.</summary>
/// <param name="Deadline">The deadline.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Sectors">The sectors.</param>
internal sealed record SectorSelection(ulong Deadline, ulong Partition, Bitfield Sectors);

/// <summary>Methods 10 and 11: faults and recoveries declared before they are found (builtin-actors <c>declare_faults</c>, <c>declare_faults_recovered</c>).</summary>
internal static class Declarations
{
    /// <summary>Sectors are faulty from now on.</summary>
    public static void Faults(MinerCall call, DeclareFaultsParams parameters)
    {
        IReadOnlyList<SectorSelection> selections = Collect(
            call, parameters.Faults.Select(fault => new SectorSelection(fault.Deadline, fault.Partition, fault.Sectors)));
        call.RequireController();
        long power = 0;
        foreach (SectorSelection selection in selections)
        {
            DeadlineInfo deadline = BeforeCutoff(call, selection.Deadline);
            Change(call, selection, partition =>
            {
                PartitionChange change = partition.RecordFaults(selection.Sectors, deadline.Last() + call.Policy.FaultMaxAge);
                power += change.PowerDelta;
                return change.Partition;
            });
        }

        call.Execution.UpdatePower(call.Id, power * (long)call.State.Info.SectorSize);
    }

    /// <summary>Faulty sectors will be proven again in their next window.</summary>
    public static void Recoveries(MinerCall call, DeclareFaultsRecoveredParams parameters)
    {
        IReadOnlyList<SectorSelection> selections = Collect(
            call, parameters.Recoveries.Select(recovery => new SectorSelection(recovery.Deadline, recovery.Partition, recovery.Sectors)));
        call.RepayDebt();
        call.RequireController();
        if (call.Epoch <= call.State.Info.ConsensusFaultElapsed.Value)
            throw new ActorException(ExitCode.Forbidden, $"recovery: barred by a consensus fault until {call.State.Info.ConsensusFaultElapsed}");
        foreach (SectorSelection selection in selections)
        {
            BeforeCutoff(call, selection.Deadline);
            Change(call, selection, partition => partition.DeclareRecovered(selection.Sectors));
        }
    }

    /// <summary>The selections with those of the same partition taken together, within a message's limits.</summary>
    /// <exception cref="ActorException">A deadline does not exist, or a limit is passed.</exception>
    public static IReadOnlyList<SectorSelection> Collect(MinerCall call, IEnumerable<SectorSelection> selections)
    {
        var collected = new SortedDictionary<(ulong Deadline, ulong Partition), Bitfield>();
        foreach (SectorSelection selection in selections)
        {
            if (selection.Deadline >= (ulong)call.Policy.WPoStPeriodDeadlines)
                throw ActorException.Illegal($"deadline {selection.Deadline} of {call.Policy.WPoStPeriodDeadlines}");
            (ulong, ulong) key = (selection.Deadline, selection.Partition);
            collected[key] = collected.GetValueOrDefault(key, Bitfield.Empty).Union(selection.Sectors);
        }

        if (collected.Count > call.Policy.AddressedPartitionsMax)
            throw ActorException.Illegal($"{collected.Count} partitions, at most {call.Policy.AddressedPartitionsMax} are allowed");
        decimal sectors = collected.Values.Sum(set => (decimal)set.Count);
        if (sectors > call.Policy.AddressedSectorsMax)
            throw ActorException.Illegal($"{sectors} sectors, at most {call.Policy.AddressedSectorsMax} are allowed");
        call.Execution.Charge((GasSchedule.Partition * collected.Count) + (GasSchedule.Sector * (long)sectors));
        return [.. collected.Select(entry => new SectorSelection(entry.Key.Deadline, entry.Key.Partition, entry.Value))];
    }

    /// <summary>Changes the partition of a selection, which must have all sectors selected.</summary>
    /// <exception cref="ActorException">There is no such partition, or it lacks a sector.</exception>
    public static void Change(MinerCall call, SectorSelection selection, Func<Partition, Partition> change)
    {
        Deadline deadline = call.State.Deadlines[(int)selection.Deadline];
        if (selection.Partition >= (ulong)deadline.Partitions.Length)
            throw new ActorException(ExitCode.NotFound, $"deadline {selection.Deadline} has no partition {selection.Partition}");
        Partition partition = deadline.Partitions[(int)selection.Partition];
        if (!partition.Sectors.IsSupersetOf(selection.Sectors))
            throw ActorException.Illegal($"sectors {selection.Sectors.Except(partition.Sectors)} are not in partition {selection.Partition} of deadline {selection.Deadline}");
        call.State = call.State.WithDeadline(
            (int)selection.Deadline, deadline with { Partitions = deadline.Partitions.SetItem((int)selection.Partition, change(partition)) });
    }

    private static DeadlineInfo BeforeCutoff(MinerCall call, ulong index)
    {
        DeadlineInfo deadline = DeadlineRules.NextNotElapsed(call.Policy, call.State.ProvingPeriodStart, index, call.Epoch);
        return call.Epoch < deadline.FaultCutoff.Value
            ? deadline : throw ActorException.Illegal($"too late for deadline {index}: its cutoff was {deadline.FaultCutoff}, now is {call.Epoch}");
    }
}
