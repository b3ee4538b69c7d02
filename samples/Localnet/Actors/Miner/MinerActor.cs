using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>The miner's methods by number.</summary>
internal static class MinerActor
{
    /// <summary>Calls a method.</summary>
    /// <returns>What it returns: CBOR, or nothing.</returns>
    /// <exception cref="ActorException">It refuses, or there is no such method.</exception>
    public static byte[] Invoke(MinerCall call, ulong method, ReadOnlyMemory<byte> parameters) => method switch
    {
        MinerMethods.ControlAddresses => MinerAccounts.ControlAddresses(call),
        MinerMethods.ChangeWorkerAddress => Done(() => MinerAccounts.ChangeWorker(call, Execution.Decode<ChangeWorkerAddressParams>(parameters))),
        MinerMethods.ChangePeerId => Done(() => MinerAccounts.ChangePeerId(call, Execution.Decode<ChangePeerIdParams>(parameters))),
        MinerMethods.SubmitWindowedPoSt => Done(() => WindowPoSt.Run(call, Execution.Decode<SubmitWindowedPoStParams>(parameters))),
        MinerMethods.TerminateSectors => DagCbor.Encode(Terminations.Run(call, Execution.Decode<TerminateSectorsParams>(parameters))),
        MinerMethods.DeclareFaults => Done(() => Declarations.Faults(call, Execution.Decode<DeclareFaultsParams>(parameters))),
        MinerMethods.DeclareFaultsRecovered => Done(() => Declarations.Recoveries(call, Execution.Decode<DeclareFaultsRecoveredParams>(parameters))),
        MinerMethods.CheckSectorProven => Done(() => CheckSectorProven(call, Execution.Decode<CheckSectorProvenParams>(parameters))),
        MinerMethods.WithdrawBalance => DagCbor.Encode(MinerAccounts.Withdraw(call, Execution.Decode<WithdrawBalanceParams>(parameters))),
        MinerMethods.ChangeMultiaddrs => Done(() => MinerAccounts.ChangeMultiaddrs(call, Execution.Decode<ChangeMultiaddrsParams>(parameters))),
        MinerMethods.CompactSectorNumbers => Done(() => MaskNumbers(call, Execution.Decode<CompactSectorNumbersParams>(parameters))),
        MinerMethods.ConfirmChangeWorkerAddress => Done(() => MinerAccounts.ConfirmWorker(call)),
        MinerMethods.RepayDebt => Done(() => MinerAccounts.RepayDebt(call)),
        MinerMethods.DisputeWindowedPoSt => Done(() => Dispute.Run(call, Execution.Decode<DisputeWindowedPoStParams>(parameters))),
        MinerMethods.PreCommitSectorBatch2 => Done(() => PreCommit.Run(call, Execution.Decode<PreCommitSectorBatch2Params>(parameters))),
        MinerMethods.ExtendSectorExpiration2 => Done(() => Extensions.Run(call, Execution.Decode<ExtendSectorExpiration2Params>(parameters))),
        MinerMethods.ProveCommitSectors3 => DagCbor.Encode(ProveCommit.Run(call, Execution.Decode<ProveCommitSectors3Params>(parameters))),
        _ => throw new ActorException(ExitCode.UnhandledMessage, $"miners here have no method {method}"),
    };

    private static byte[] Done(Action method)
    {
        method();
        return [];
    }

    private static void CheckSectorProven(MinerCall call, CheckSectorProvenParams parameters)
    {
        if (!call.State.Sectors.ContainsKey(parameters.SectorNumber))
            throw new ActorException(ExitCode.NotFound, $"sector {parameters.SectorNumber} is not proven");
    }

    private static void MaskNumbers(MinerCall call, CompactSectorNumbersParams parameters)
    {
        call.RequireController();
        if (parameters.MaskSectorNumbers.IsEmpty || parameters.MaskSectorNumbers.Ranges[^1].End > (ulong)long.MaxValue + 1)
            throw ActorException.Illegal($"mask {parameters.MaskSectorNumbers} is empty or above 2^63 - 1");
        call.State = call.State with { AllocatedSectors = call.State.AllocatedSectors.Union(parameters.MaskSectorNumbers) };
    }
}
