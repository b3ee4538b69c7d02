using Filecoin.ChainCo.Chain;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>A partition after a change.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="PowerDelta">Sectors whose power counts now and did not before, less those that lost it.</param>
internal readonly record struct PartitionChange(Partition Partition, long PowerDelta);

/// <summary>What can happen to a partition (builtin-actors <c>partition_state.rs</c>). Power is counted in sectors.</summary>
internal static class PartitionRules
{
    /// <summary>New sectors, not proven yet.</summary>
    public static Partition Add(this Partition partition, Bitfield sectors) =>
        partition with { Sectors = partition.Sectors.Union(sectors), Unproven = partition.Unproven.Union(sectors) };

    /// <summary>Sectors found or declared faulty; what is ended, faulty already or outside is left alone, and recoveries among them are taken back.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="sectors">The sectors.</param>
    /// <param name="expiration">The last epoch that they may stay faulty.</param>
    public static PartitionChange RecordFaults(this Partition partition, Bitfield sectors, long expiration)
    {
        Bitfield faults = sectors.Intersect(partition.Live).Except(partition.Faults);
        Bitfield proven = faults.Except(partition.Unproven);
        return new PartitionChange(
            partition with
            {
                Faults = partition.Faults.Union(faults),
                Unproven = partition.Unproven.Except(faults),
                Recoveries = partition.Recoveries.Except(sectors),
                FaultExpirations = partition.FaultExpirations.SetItems(faults.Bits().Select(sector => KeyValuePair.Create(sector, expiration))),
            },
            -(long)proven.Count);
    }

    /// <summary>Faulty sectors declared recovered; they get their power back with the next proof.</summary>
    public static Partition DeclareRecovered(this Partition partition, Bitfield sectors) =>
        partition with { Recoveries = partition.Recoveries.Union(sectors.Intersect(partition.Faults)) };

    /// <summary>A proof was accepted: recoveries are recovered, new sectors get their power.</summary>
    public static PartitionChange RecordProven(this Partition partition) => new(
        partition with
        {
            Faults = partition.Faults.Except(partition.Recoveries),
            FaultExpirations = partition.FaultExpirations.RemoveRange(partition.Recoveries.Bits()),
            Recoveries = Bitfield.Empty,
            Unproven = Bitfield.Empty,
        },
        (long)(partition.Recoveries.Count + partition.Unproven.Count));

    /// <summary>No proof came: every live sector is faulty and no recovery counts.</summary>
    public static PartitionChange RecordMissed(this Partition partition, long expiration) => partition.RecordFaults(partition.Live, expiration);

    /// <summary>Sectors end.</summary>
    public static PartitionChange Terminate(this Partition partition, Bitfield sectors)
    {
        ulong lost = sectors.Intersect(partition.Active).Count;
        return new PartitionChange(
            partition with
            {
                Terminated = partition.Terminated.Union(sectors),
                Faults = partition.Faults.Except(sectors),
                Recoveries = partition.Recoveries.Except(sectors),
                Unproven = partition.Unproven.Except(sectors),
                FaultExpirations = partition.FaultExpirations.RemoveRange(sectors.Bits()),
            },
            -(long)lost);
    }
}
