using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>
/// Which deadline a new sector goes to (builtin-actors <c>deadline_assignment.rs</c>): fewest partitions after compaction, then fewest
/// partitions, then one with a partition that is open, the fullest of those, then fewest live sectors, then the lowest index.
/// </summary>
internal static class DeadlineAssignment
{
    /// <summary>The deadline's index for each of so many new sectors.</summary>
    /// <param name="deadlines">All deadlines.</param>
    /// <param name="isMutable">Whether a deadline takes sectors now.</param>
    /// <param name="partitionSize">Sectors of a partition.</param>
    /// <param name="maxPartitions">Partitions of a deadline at most.</param>
    /// <param name="sectors">How many sectors.</param>
    /// <exception cref="ActorException">Every deadline is full.</exception>
    public static int[] Assign(
        IReadOnlyList<Deadline> deadlines, Func<int, bool> isMutable, ulong partitionSize, ulong maxPartitions, int sectors)
    {
        var candidates = new PriorityQueue<int, Load>(deadlines.Count);
        for (int i = 0; i < deadlines.Count; i++)
        {
            if (isMutable(i))
                candidates.Enqueue(i, new Load(i, deadlines[i].LiveSectors, deadlines[i].TotalSectors, partitionSize));
        }

        int[] assigned = new int[sectors];
        for (int i = 0; i < sectors; i++)
        {
            if (!candidates.TryDequeue(out int index, out Load load))
                throw new ActorException(ExitCode.IllegalState, "no deadline takes sectors now");
            if (load.Total >= partitionSize * maxPartitions)
                throw new ActorException(ExitCode.IllegalState, $"{maxPartitions} partitions are in every deadline");
            assigned[i] = index;
            candidates.Enqueue(index, load with { Live = load.Live + 1, Total = load.Total + 1 });
        }

        return assigned;
    }

    private readonly record struct Load(int Index, ulong Live, ulong Total, ulong PartitionSize) : IComparable<Load>
    {
        private bool IsFullNow => Total % PartitionSize == 0;

        public int CompareTo(Load other)
        {
            int order = Partitions(Live).CompareTo(Partitions(other.Live));
            if (order == 0)
                order = Partitions(Total).CompareTo(Partitions(other.Total));
            if (order == 0)
                order = IsFullNow.CompareTo(other.IsFullNow);
            if (order == 0 && !IsFullNow)
                order = other.Total.CompareTo(Total);
            if (order == 0)
                order = Live.CompareTo(other.Live);
            return order != 0 ? order : Index.CompareTo(other.Index);
        }

        private ulong Partitions(ulong sectors) => (sectors / PartitionSize) + 1;
    }
}
