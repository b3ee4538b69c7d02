using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>
/// Sectors that end early: by method 9, or because they stayed faulty too long. The actor settles them in batches over epochs; here all are
/// settled at once.
/// </summary>
internal static class Terminations
{
    /// <summary>Method 9 (builtin-actors <c>terminate_sectors</c>).</summary>
    public static TerminateSectorsReturn Run(MinerCall call, TerminateSectorsParams parameters)
    {
        IReadOnlyList<SectorSelection> selections = Declarations.Collect(
            call, parameters.Terminations.Select(end => new SectorSelection(end.Deadline, end.Partition, end.Sectors)));
        call.RequireController();
        long power = 0;
        Bitfield ended = Bitfield.Empty;
        foreach (SectorSelection selection in selections)
        {
            if (!DeadlineRules.IsMutable(call.Policy, call.State.ProvingPeriodStart, selection.Deadline, call.Epoch))
                throw ActorException.Illegal($"deadline {selection.Deadline} is open or next: its sectors cannot be terminated now");
            Declarations.Change(call, selection, partition =>
            {
                if (!partition.Live.IsSupersetOf(selection.Sectors))
                    throw ActorException.Illegal($"sectors {selection.Sectors.Except(partition.Live)} have ended already");
                PartitionChange change = partition.Terminate(selection.Sectors);
                power += change.PowerDelta;
                return change.Partition;
            });
            ended = ended.Union(selection.Sectors);
        }

        call.Execution.UpdatePower(call.Id, power * (long)call.State.Info.SectorSize);
        Settle(call, ended);
        return new TerminateSectorsReturn(true);
    }

    /// <summary>Releases the pledge of sectors that ended early and takes their fee.</summary>
    public static void Settle(MinerCall call, Bitfield sectors)
    {
        if (sectors.IsEmpty)
            return;
        MinerState state = call.State;
        Economics economics = call.Economics;
        TokenAmount pledge = default, fee = default;
        foreach (ulong number in sectors.Bits())
        {
            SectorOnChainInfo sector = state.Sectors[number];
            pledge += sector.InitialPledge;
            fee += economics.Termination(sector, state.Info.SectorSize, call.Epoch);
        }

        call.State = state with { InitialPledge = state.InitialPledge - pledge };
        call.Penalize(fee);
    }
}
