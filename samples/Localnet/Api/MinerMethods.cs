using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.Actors.Miner;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>What miners' states hold.</summary>
internal static class MinerMethods
{
    public static void Register(RpcMethods methods, ApiContext context)
    {
        NetworkPolicy policy = context.Node.Options.Policy;
        ExecutionRules rules = context.Chain.Executions.Executor.Rules;
        methods
            .Add("Filecoin.StateMinerInfo", RpcPermissions.Read, 2, request => Info(Miner(context, request, 1)), ApiJsonContext.Default.MinerInfo)
            .Add("Filecoin.StateMinerPower", RpcPermissions.Read, 2, request => Power(policy, context.State(request, 1), request.Address(0)), ApiJsonContext.Default.MinerPowerInfo)
            .Add("Filecoin.StateMinerProvingDeadline", RpcPermissions.Read, 2, request => Deadline(context, policy, request), ApiJsonContext.Default.DeadlineInfo)
            .Add("Filecoin.StateMinerDeadlines", RpcPermissions.Read, 2, request => Deadlines(Miner(context, request, 1)), ApiJsonContext.Default.IReadOnlyListMinerDeadline)
            .Add("Filecoin.StateMinerPartitions", RpcPermissions.Read, 3, request => Partitions(Miner(context, request, 2), request.UInt64(1)), ApiJsonContext.Default.IReadOnlyListMinerPartition)
            .Add("Filecoin.StateMinerSectors", RpcPermissions.Read, 3, request => Sectors(Miner(context, request, 2), request.ReadOptional(1, ApiJsonContext.Default.Bitfield)), ApiJsonContext.Default.IReadOnlyListSectorOnChainInfo)
            .Add("Filecoin.StateMinerActiveSectors", RpcPermissions.Read, 2, request => Sectors(Miner(context, request, 1), Union(Miner(context, request, 1), p => p.Active)), ApiJsonContext.Default.IReadOnlyListSectorOnChainInfo)
            .Add("Filecoin.StateMinerFaults", RpcPermissions.Read, 2, request => Union(Miner(context, request, 1), p => p.Faults), ApiJsonContext.Default.Bitfield)
            .Add("Filecoin.StateMinerRecoveries", RpcPermissions.Read, 2, request => Union(Miner(context, request, 1), p => p.Recoveries), ApiJsonContext.Default.Bitfield)
            .Add("Filecoin.StateMinerAllocated", RpcPermissions.Read, 2, request => Miner(context, request, 1).AllocatedSectors, ApiJsonContext.Default.Bitfield)
            .Add("Filecoin.StateMinerAvailableBalance", RpcPermissions.Read, 2, request => Available(context.State(request, 1), request.Address(0)), ApiJsonContext.Default.TokenAmount)
            .Add("Filecoin.StateSectorGetInfo", RpcPermissions.Read, 3, request => Miner(context, request, 2).Sectors.GetValueOrDefault(request.UInt64(1)), ApiJsonContext.Default.SectorOnChainInfo!)
            .Add("Filecoin.StateSectorPreCommitInfo", RpcPermissions.Read, 3, request => Miner(context, request, 2).PreCommits.GetValueOrDefault(request.UInt64(1)), ApiJsonContext.Default.SectorPreCommitOnChainInfo!)
            .Add("Filecoin.StateSectorPartition", RpcPermissions.Read, 3, request => Location(Miner(context, request, 2), request.UInt64(1)), ApiJsonContext.Default.SectorLocation)
            .Add("Filecoin.StateMinerPreCommitDepositForPower", RpcPermissions.Read, 3, request => new Economics(rules, context.State(request, 2)).PreCommitDeposit(Miner(context, request, 2).Info.SectorSize), ApiJsonContext.Default.TokenAmount)
            .Add("Filecoin.StateMinerInitialPledgeForSector", RpcPermissions.Read, 4, request => new Economics(rules, context.State(request, 3)).InitialPledge(request.UInt64(1)), ApiJsonContext.Default.TokenAmount)
            .Add("Filecoin.StateGetAllocation", RpcPermissions.Read, 3, _ => JsonElement.Parse("null"u8), LocalnetJsonContext.Default.JsonElement);
    }

    private static MinerState Miner(ApiContext context, RpcRequest request, int key) => context.State(request, key).TryGetMiner(request.Address(0), out MinerState? miner)
        ? miner : throw new RpcFaultException(RpcErrorCode.ActorNotFound, $"failed to load miner actor: {request.Address(0)}: actor not found");

    private static MinerInfo Info(MinerState miner) => new()
    {
        Owner = miner.Info.Owner, Worker = miner.Info.Worker, NewWorker = miner.Info.PendingWorkerKey?.NewWorker ?? default,
        ControlAddresses = miner.Info.ControlAddresses, WorkerChangeEpoch = miner.Info.PendingWorkerKey?.EffectiveAt ?? new ChainEpoch(-1),
        Multiaddrs = miner.Info.Multiaddrs, WindowPoStProofType = miner.Info.WindowPoStProofType, SectorSize = miner.Info.SectorSize,
        WindowPoStPartitionSectors = miner.Info.WindowPoStPartitionSectors, ConsensusFaultElapsed = miner.Info.ConsensusFaultElapsed,
        PendingOwnerAddress = miner.Info.PendingOwnerAddress, Beneficiary = miner.Info.Beneficiary, BeneficiaryTerm = miner.Info.BeneficiaryTerm,
        PendingBeneficiaryTerm = miner.Info.PendingBeneficiaryTerm,
    };

    private static MinerPowerInfo Power(NetworkPolicy policy, StateTree state, Address miner)
    {
        PowerPair total = PowerActor.Total(policy, state);
        ulong id = ApiContext.Id(state, miner);
        PowerPair own = state.Power.GetValueOrDefault(id) ?? new PowerPair(default, default);
        return new MinerPowerInfo(Claim(own), Claim(total), PowerActor.HasMinimumPower(policy, state, id));

        static PowerClaim Claim(PowerPair power) => new(power.Raw, power.QA);
    }

    private static DeadlineInfo Deadline(ApiContext context, NetworkPolicy policy, RpcRequest request) =>
        DeadlineRules.Current(policy, Miner(context, request, 1).ProvingPeriodStart, context.TipSet(request, 1).Height.Value);

    private static IReadOnlyList<MinerDeadline> Deadlines(MinerState miner) =>
        [.. miner.Deadlines.Select(deadline => new MinerDeadline(deadline.PartitionsPoSted, (ulong)(deadline.Snapshot?.Submissions.Count ?? 0)))];

    private static IReadOnlyList<MinerPartition> Partitions(MinerState miner, ulong deadline) => deadline < (ulong)miner.Deadlines.Length
        ? [.. miner.Deadlines[(int)deadline].Partitions.Select(p => new MinerPartition(p.Sectors, p.Faults, p.Recoveries, p.Live, p.Active))]
        : throw RpcFaultException.Refused($"invalid deadline {deadline}, expected less than {miner.Deadlines.Length}");

    private static IReadOnlyList<SectorOnChainInfo> Sectors(MinerState miner, Bitfield? wanted)
    {
        if (wanted is not null)
            return [.. wanted.Intersect(Bitfield.Of(miner.Sectors.Keys)).Bits().Select(sector => miner.Sectors[sector])];
        return [.. miner.Sectors.Values];
    }

    private static Bitfield Union(MinerState miner, Func<Partition, Bitfield> part) =>
        miner.Deadlines.SelectMany(deadline => deadline.Partitions).Aggregate(Bitfield.Empty, (all, partition) => all.Union(part(partition)));

    private static TokenAmount Available(StateTree state, Address address)
    {
        ulong id = ApiContext.Id(state, address);
        return state.Miners.TryGetValue(id, out MinerState? miner)
            ? state.Actors[id].Balance - miner.PreCommitDeposits - miner.InitialPledge - miner.FeeDebt
            : throw new RpcFaultException(RpcErrorCode.ActorNotFound, $"{address} is no miner");
    }

    private static SectorLocation Location(MinerState miner, ulong sector)
    {
        for (int deadline = 0; deadline < miner.Deadlines.Length; deadline++)
        {
            for (int partition = 0; partition < miner.Deadlines[deadline].Partitions.Length; partition++)
            {
                if (miner.Deadlines[deadline].Partitions[partition].Sectors.Contains(sector))
                    return new SectorLocation((ulong)deadline, (ulong)partition);
            }
        }

        throw RpcFaultException.Refused($"sector {sector} not found in any deadline");
    }
}
