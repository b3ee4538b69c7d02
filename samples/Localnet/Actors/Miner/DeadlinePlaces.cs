using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>New sectors into deadlines and partitions (builtin-actors <c>assign_sectors_to_deadlines</c>, <c>Deadline::add_sectors</c>).</summary>
internal static class DeadlinePlaces
{
    /// <summary>The state with these sectors, ascending, each in the last partition of its deadline or a new one.</summary>
    public static MinerState Place(NetworkPolicy policy, long epoch, MinerState state, IReadOnlyList<SectorOnChainInfo> sectors)
    {
        ulong partitionSize = state.Info.WindowPoStPartitionSectors;
        int[] places = DeadlineAssignment.Assign(
            state.Deadlines, index => DeadlineRules.IsMutable(policy, state.ProvingPeriodStart, (ulong)index, epoch), partitionSize,
            (ulong)policy.AddressedPartitionsMax, sectors.Count);
        for (int i = 0; i < sectors.Count; i++)
        {
            Deadline deadline = state.Deadlines[places[i]];
            Bitfield added = Bitfield.Of(sectors[i].SectorNumber);
            deadline = deadline with
            {
                Partitions = deadline.Partitions is [.., var last] && last.Sectors.Count < partitionSize
                    ? deadline.Partitions.SetItem(deadline.Partitions.Length - 1, last.Add(added))
                    : deadline.Partitions.Add(Partition.Empty.Add(added)),
            };
            state = state.WithDeadline(places[i], deadline);
        }

        return state with { Sectors = state.Sectors.AddRange(sectors.Select(sector => KeyValuePair.Create(sector.SectorNumber, sector))) };
    }
}
