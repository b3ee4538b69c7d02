namespace Filecoin.ChainCo.Chain.Actors;

/// <summary>Numbers of the miner actor's methods that a provider sends (builtin-actors, actors/miner/src/lib.rs). 6, 7, 25, 26, 27 and 29 are no longer dispatched.</summary>
public static class MinerMethods
{
    /// <summary>Send value only.</summary>
    public const ulong Send = 0;

    /// <summary>No parameters; returns owner, worker and control addresses.</summary>
    public const ulong ControlAddresses = 2;

    /// <summary><see cref="ChangeWorkerAddressParams"/>.</summary>
    public const ulong ChangeWorkerAddress = 3;

    /// <summary><see cref="ChangePeerIdParams"/>.</summary>
    public const ulong ChangePeerId = 4;

    /// <summary><see cref="SubmitWindowedPoStParams"/>.</summary>
    public const ulong SubmitWindowedPoSt = 5;

    /// <summary><see cref="ExtendSectorExpirationParams"/>.</summary>
    public const ulong ExtendSectorExpiration = 8;

    /// <summary><see cref="TerminateSectorsParams"/>.</summary>
    public const ulong TerminateSectors = 9;

    /// <summary><see cref="DeclareFaultsParams"/>.</summary>
    public const ulong DeclareFaults = 10;

    /// <summary><see cref="DeclareFaultsRecoveredParams"/>.</summary>
    public const ulong DeclareFaultsRecovered = 11;

    /// <summary><see cref="CheckSectorProvenParams"/>.</summary>
    public const ulong CheckSectorProven = 13;

    /// <summary><see cref="ReportConsensusFaultParams"/>.</summary>
    public const ulong ReportConsensusFault = 15;

    /// <summary><see cref="WithdrawBalanceParams"/>.</summary>
    public const ulong WithdrawBalance = 16;

    /// <summary><see cref="ChangeMultiaddrsParams"/>.</summary>
    public const ulong ChangeMultiaddrs = 18;

    /// <summary><see cref="CompactPartitionsParams"/>.</summary>
    public const ulong CompactPartitions = 19;

    /// <summary><see cref="CompactSectorNumbersParams"/>.</summary>
    public const ulong CompactSectorNumbers = 20;

    /// <summary>No parameters.</summary>
    public const ulong ConfirmChangeWorkerAddress = 21;

    /// <summary>No parameters.</summary>
    public const ulong RepayDebt = 22;

    /// <summary>The new owner's address alone.</summary>
    public const ulong ChangeOwnerAddress = 23;

    /// <summary><see cref="DisputeWindowedPoStParams"/>.</summary>
    public const ulong DisputeWindowedPoSt = 24;

    /// <summary><see cref="ProveCommitAggregateParams"/>; no longer dispatched, kept to read history.</summary>
    public const ulong ProveCommitAggregate = 26;

    /// <summary><see cref="PreCommitSectorBatch2Params"/>.</summary>
    public const ulong PreCommitSectorBatch2 = 28;

    /// <summary><see cref="ChangeBeneficiaryParams"/>.</summary>
    public const ulong ChangeBeneficiary = 30;

    /// <summary>No parameters.</summary>
    public const ulong GetBeneficiary = 31;

    /// <summary><see cref="ExtendSectorExpiration2Params"/>.</summary>
    public const ulong ExtendSectorExpiration2 = 32;

    /// <summary><see cref="ProveCommitSectors3Params"/>.</summary>
    public const ulong ProveCommitSectors3 = 34;

    /// <summary><see cref="ProveReplicaUpdates3Params"/>.</summary>
    public const ulong ProveReplicaUpdates3 = 35;

    /// <summary><see cref="ProveCommitSectorsNIParams"/>.</summary>
    public const ulong ProveCommitSectorsNI = 36;
}
