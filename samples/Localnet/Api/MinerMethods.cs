using System.Text.Json;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>What miners' states hold.</summary>
internal static class MinerMethods
{
    public static void Register(RpcMethods methods, ApiContext context)
    {
        methods
            .Add("Filecoin.StateMinerInfo", RpcPermissions.Read, 2, request => context.Query(request, 1).Info(request.Address(0)), ApiJsonContext.Default.MinerInfo)
            .Add("Filecoin.StateMinerPower", RpcPermissions.Read, 2, request => context.Query(request, 1).Power(request.ReadOptional(0, ApiJsonContext.Default.Address)), ApiJsonContext.Default.MinerPowerInfo)
            .Add("Filecoin.StateMinerProvingDeadline", RpcPermissions.Read, 2, request => context.Query(request, 1).ProvingDeadline(request.Address(0)), ApiJsonContext.Default.DeadlineInfo)
            .Add("Filecoin.StateMinerDeadlines", RpcPermissions.Read, 2, request => context.Query(request, 1).Deadlines(request.Address(0)), ApiJsonContext.Default.IReadOnlyListMinerDeadline)
            .Add("Filecoin.StateMinerPartitions", RpcPermissions.Read, 3, request => context.Query(request, 2).Partitions(request.Address(0), request.UInt64(1)), ApiJsonContext.Default.IReadOnlyListMinerPartition)
            .Add("Filecoin.StateMinerSectors", RpcPermissions.Read, 3, request => context.Query(request, 2).Sectors(request.Address(0), request.ReadOptional(1, ApiJsonContext.Default.Bitfield)), ApiJsonContext.Default.IReadOnlyListSectorOnChainInfo)
            .Add("Filecoin.StateMinerActiveSectors", RpcPermissions.Read, 2, request => context.Query(request, 1).ActiveSectors(request.Address(0)), ApiJsonContext.Default.IReadOnlyListSectorOnChainInfo)
            .Add("Filecoin.StateMinerFaults", RpcPermissions.Read, 2, request => context.Query(request, 1).Faults(request.Address(0)), ApiJsonContext.Default.Bitfield)
            .Add("Filecoin.StateMinerRecoveries", RpcPermissions.Read, 2, request => context.Query(request, 1).Recoveries(request.Address(0)), ApiJsonContext.Default.Bitfield)
            .Add("Filecoin.StateMinerAllocated", RpcPermissions.Read, 2, request => context.Query(request, 1).Allocated(request.Address(0)), ApiJsonContext.Default.Bitfield)
            .Add("Filecoin.StateMinerAvailableBalance", RpcPermissions.Read, 2, request => context.Query(request, 1).AvailableBalance(request.Address(0)), ApiJsonContext.Default.TokenAmount)
            .Add("Filecoin.StateSectorGetInfo", RpcPermissions.Read, 3, request => context.Query(request, 2).SectorInfo(request.Address(0), request.UInt64(1)), ApiJsonContext.Default.SectorOnChainInfo!)
            .Add("Filecoin.StateSectorPreCommitInfo", RpcPermissions.Read, 3, request => context.Query(request, 2).PreCommitInfo(request.Address(0), request.UInt64(1)), ApiJsonContext.Default.SectorPreCommitOnChainInfo!)
            .Add("Filecoin.StateSectorPartition", RpcPermissions.Read, 3, request => context.Query(request, 2).SectorPartition(request.Address(0), request.UInt64(1)), ApiJsonContext.Default.SectorLocation!)
            .Add("Filecoin.StateMinerPreCommitDepositForPower", RpcPermissions.Read, 3, request => context.Query(request, 2).PreCommitDeposit(request.Address(0), request.Read(1, ApiJsonContext.Default.SectorPreCommitInfo)), ApiJsonContext.Default.TokenAmount)
            .Add("Filecoin.StateMinerInitialPledgeForSector", RpcPermissions.Read, 4, request => context.Query(request, 3).InitialPledge(request.UInt64(1)), ApiJsonContext.Default.TokenAmount)
            // Verified data has no allocations here.
            .Add("Filecoin.StateGetAllocation", RpcPermissions.Read, 3, _ => JsonElement.Parse("null"u8), LocalnetJsonContext.Default.JsonElement);
    }
}
