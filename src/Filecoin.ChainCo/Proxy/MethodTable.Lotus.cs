using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <content>The table itself.</content>
public sealed partial class MethodTable
{
    private const string Prefix = "Filecoin.";

    // Names by the position of the tipset key among the parameters.
    private static readonly string[] TipSetKeyAt =
    [
        """
        ChainGetMessagesInTipset ChainTipSetWeight SyncValidateTipset MpoolPending MpoolSelect StateReplay StateMinerCreationDeposit StateSearchMsg
        StateListMiners StateListActors StateMarketParticipants StateMarketDeals StateGetAllAllocations StateGetAllClaims
        StateVerifiedRegistryRootKey StateCirculatingSupply StateVMCirculatingSupplyInternal StateNetworkVersion F3GetECPowerTable F3GetF3PowerTable
        """,
        """
        GasEstimateGasLimit StateCall StateGetActor StateReadState StateListMessages StateMinerActiveSectors StateMinerProvingDeadline
        StateMinerPower StateMinerInfo StateMinerDeadlines StateMinerFaults StateAllMinerFaults StateMinerRecoveries StateMinerAvailableBalance
        StateMarketBalance StateMarketStorageDeal StateMarketProposalPending StateGetAllocationForPendingDeal StateGetAllocationIdForPendingDeal
        StateGetAllocations StateGetClaims StateLookupID StateAccountKey StateLookupRobustAddress StateMinerSectorCount StateMinerAllocated
        StateVerifierStatus StateVerifiedClientStatus StateGetRandomnessDigestFromTickets StateGetRandomnessDigestFromBeacon MsigGetAvailableBalance
        MsigGetVestingSchedule MsigGetVested MsigGetPending
        """,
        """
        GasEstimateFeeCap GasEstimateMessageGas MinerGetBaseInfo StateMinerSectors StateMinerPartitions StateMinerPreCommitDepositForPower
        StateMinerInitialPledgeCollateral StateMinerSectorAllocated StateSectorPreCommitInfo StateSectorGetInfo StateSectorExpiration
        StateSectorPartition StateGetAllocation StateGetClaim StateCompute StateDealProviderCollateralBounds
        """,
        """
        GasEstimateGasPremium StateDecodeParams StateMinerInitialPledgeForSector StateComputeDataCID StateGetRandomnessFromTickets
        StateGetRandomnessFromBeacon
        """,
    ];

    private const string HeadReads =
        """
        ChainGetBlock ChainReadObj ChainHasObj ChainStatObj ChainGetNode ChainGetMessage ChainGetGenesis ChainGetEvents ChainBlockstoreInfo
        ChainGetFinalizedTipSet ChainGetBlockMessages ChainGetParentReceipts ChainGetParentMessages GetActorEventsRaw
        StateEncodeParams StateNetworkName StateGetNetworkParams StateChangedActors StateActorCodeCIDs StateActorManifestCID
        MpoolCheckMessages MpoolCheckPendingMessages MpoolCheckReplaceMessages MpoolGetConfig
        WalletBalance WalletVerify WalletValidateAddress SyncState SyncCheckBad NodeStatus Version Discover
        F3GetCertificate F3GetLatestCertificate F3GetManifest F3GetPowerTableByInstance F3IsRunning F3GetProgress F3ListParticipants
        """;

    private const string EthReads =
        """
        EthAccounts EthAddressToFilecoinAddress FilecoinAddressToEthAddress EthBlockNumber EthGetBlockTransactionCountByNumber
        EthGetBlockTransactionCountByHash EthGetBlockByHash EthGetBlockByNumber EthGetTransactionByHash EthGetTransactionByHashLimited
        EthGetTransactionHashByCid EthGetMessageCidByTransactionHash EthGetTransactionCount EthGetTransactionReceipt EthGetBlockReceipts
        EthGetBlockReceiptsLimited EthGetTransactionReceiptLimited EthGetTransactionByBlockHashAndIndex EthGetTransactionByBlockNumberAndIndex
        EthGetCode EthGetStorageAt EthGetBalance EthChainId EthSyncing NetVersion NetListening EthProtocolVersion EthBaseFee EthGasPrice
        EthFeeHistory EthMaxPriorityFeePerGas EthEstimateGas EthCall EthGetLogs Web3ClientVersion EthTraceBlock
        EthTraceReplayBlockTransactions EthTraceTransaction EthTraceFilter
        """;

    private const string SlowReads =
        """
        StateReplay StateListMiners StateListActors StateMarketParticipants StateMarketDeals StateGetAllAllocations StateGetAllClaims StateCall
        StateListMessages StateAllMinerFaults StateCompute StateChangedActors SyncValidateTipset EthCall EthGetLogs EthTraceBlock
        EthTraceReplayBlockTransactions EthTraceTransaction EthTraceFilter EthFeeHistory GetActorEventsRaw ChainStatObj StateMinerSectors
        """;

    private const string ImmutableReads = "ChainGetBlock ChainReadObj ChainHasObj ChainGetMessage ChainGetBlockMessages ChainGetGenesis StateNetworkName EthChainId";

    private const string ReadOfOneDaemon =
        """
        NetConnectedness NetPeers NetPing NetAddrsListen NetFindPeer NetPubsubScores NetAutoNatStatus NetAgentVersion NetPeerInfo NetBandwidthStats
        NetBandwidthStatsByPeer NetBandwidthStatsByProtocol NetBlockList NetProtectList NetStat NetLimit ID StartTime
        """;

    private const string WriteOfOneDaemon =
        "NetConnect NetDisconnect LogList LogSetLevel WalletNew WalletList WalletDefaultAddress WalletSetDefault MpoolClear ChainValidateIndex";

    private const string AdminOfOneDaemon =
        """
        ChainDeleteObj ChainPutObj ChainSetHead ChainExportRangeInternal ChainPrune ChainHotGC ChainCheckBlockstore SyncCheckpoint SyncMarkBad
        SyncUnmarkBad SyncUnmarkAllBad MpoolSetConfig WalletExport WalletImport WalletDelete CreateBackup NetBlockAdd NetBlockRemove NetProtectAdd
        NetProtectRemove NetSetLimit LogAlerts Shutdown
        """;

    // Name and position of the sender among the parameters.
    private static readonly (string Name, int Sender)[] Multisig =
    [
        ("MsigCreate", 4), ("MsigPropose", 3), ("MsigApprove", 2), ("MsigApproveTxnHash", 5), ("MsigCancel", 2), ("MsigCancelTxnHash", 4),
        ("MsigAddPropose", 1), ("MsigAddApprove", 1), ("MsigAddCancel", 1), ("MsigSwapPropose", 1), ("MsigSwapApprove", 1), ("MsigSwapCancel", 1),
        ("MsigRemoveSigner", 1), ("MarketAddBalance", 0), ("MarketGetReserved", 0), ("MarketReserveFunds", 0), ("MarketReleaseFunds", 0), ("MarketWithdraw", 0),
    ];

    private static readonly (string Name, RpcPermissions Permission, int Sender)[] PaymentChannels =
    [
        ("PaychGet", RpcPermissions.Sign, 0), ("PaychFund", RpcPermissions.Sign, 0), ("PaychNewPayment", RpcPermissions.Sign, 0),
        ("PaychAvailableFundsByFromTo", RpcPermissions.Sign, 0), ("PaychGetWaitReady", RpcPermissions.Sign, -1), ("PaychAvailableFunds", RpcPermissions.Sign, -1),
        ("PaychSettle", RpcPermissions.Sign, -1), ("PaychCollect", RpcPermissions.Sign, -1), ("PaychAllocateLane", RpcPermissions.Sign, -1),
        ("PaychVoucherCreate", RpcPermissions.Sign, -1), ("PaychVoucherSubmit", RpcPermissions.Sign, -1), ("PaychVoucherAdd", RpcPermissions.Write, -1),
        ("PaychVoucherList", RpcPermissions.Write, -1), ("PaychList", RpcPermissions.Read, -1), ("PaychStatus", RpcPermissions.Read, -1),
        ("PaychVoucherCheckValid", RpcPermissions.Read, -1), ("PaychVoucherCheckSpendable", RpcPermissions.Read, -1),
    ];

    private static readonly (string Alias, string Name)[] Aliases =
    [
        .. Words(EthReads
            + " EthSendRawTransaction EthGetFilterChanges EthGetFilterLogs EthNewFilter EthNewBlockFilter EthNewPendingTransactionFilter EthUninstallFilter"
            + " EthSubscribe EthUnsubscribe")
            .Select(name => (AliasOf(name), name)).Where(pair => pair.Item1.Length > 0),
    ];

    private static readonly Lazy<MethodTable> V1Table = new(() => new MethodTable(Version1()));

    private static readonly Lazy<MethodTable> V0Table = new(() => new MethodTable(Version0()));

    private static readonly Lazy<MethodTable> V2Table = new(() => new MethodTable(Version2()));

    private static IEnumerable<MethodRule> Version1()
    {
        HashSet<string> slow = [.. Words(SlowReads)], immutable = [.. Words(ImmutableReads)];
        MethodRule Read(string name, MethodClass kind, int position = -1) => new(Prefix + name, kind, RpcPermissions.Read)
        {
            Parameter = position, Slow = slow.Contains(name), Immutable = immutable.Contains(name),
        };

        for (int position = 0; position < TipSetKeyAt.Length; position++)
        {
            foreach (string name in Words(TipSetKeyAt[position]))
                yield return Read(name, MethodClass.TipSetRead, position);
        }

        foreach (string name in Words(HeadReads + " " + EthReads))
            yield return Read(name, MethodClass.HeadRead);
        yield return new MethodRule("Forest.SyncStatus", MethodClass.HeadRead, RpcPermissions.Read);
        foreach (string name in Words("StateWaitMsg StateGetBeaconEntry"))
            yield return Read(name, MethodClass.Waiting);
        foreach (string name in Words("ChainHead ChainNotify ChainGetPath ChainGetTipSet ChainGetTipSetByHeight ChainGetTipSetAfterHeight AuthVerify Session Closing"))
            yield return Read(name, MethodClass.Coordinator);
        yield return new MethodRule(Prefix + "AuthNew", MethodClass.Coordinator, RpcPermissions.Admin);
        foreach (string name in Words("MpoolPush MpoolPushUntrusted MpoolBatchPush MpoolBatchPushUntrusted"))
            yield return new MethodRule(Prefix + name, MethodClass.IdempotentWrite, RpcPermissions.Write);
        foreach (string name in Words("EthSendRawTransaction EthSendRawTransactionUntrusted"))
            yield return new MethodRule(Prefix + name, MethodClass.IdempotentWrite, RpcPermissions.Read);
        foreach (string name in Words("MpoolPushMessage MpoolBatchPushMessage"))
            yield return new MethodRule(Prefix + name, MethodClass.NonceAssigning, RpcPermissions.Sign) { Parameter = 0 };
        foreach ((string name, int sender) in Multisig)
            yield return new MethodRule(Prefix + name, MethodClass.NonceAssigning, RpcPermissions.Sign) { Parameter = sender };
        foreach ((string name, RpcPermissions permission, int sender) in PaymentChannels)
            yield return new MethodRule(Prefix + name, MethodClass.NonceAssigning, permission) { Parameter = sender, Book = "paych" };
        yield return new MethodRule(Prefix + "MpoolGetNonce", MethodClass.KeyHolder, RpcPermissions.Read) { Parameter = 0 };
        yield return new MethodRule(Prefix + "WalletHas", MethodClass.KeyHolder, RpcPermissions.Write) { Parameter = 0 };
        foreach (string name in Words("WalletSign WalletSignMessage"))
            yield return new MethodRule(Prefix + name, MethodClass.KeyHolder, RpcPermissions.Sign) { Parameter = 0 };
        yield return new MethodRule(Prefix + "MinerCreateBlock", MethodClass.BlockCreation, RpcPermissions.Write);
        yield return new MethodRule(Prefix + "SyncSubmitBlock", MethodClass.BlockSubmission, RpcPermissions.Write);
        yield return new MethodRule(Prefix + "F3GetOrRenewParticipationTicket", MethodClass.F3Ticket, RpcPermissions.Sign) { Parameter = 0 };
        yield return new MethodRule(Prefix + "F3Participate", MethodClass.F3Participation, RpcPermissions.Sign) { Parameter = 0 };
        foreach (string name in Words("EthNewFilter EthNewBlockFilter EthNewPendingTransactionFilter"))
            yield return Read(name, MethodClass.FilterCreation);
        foreach (string name in Words("EthGetFilterChanges EthGetFilterLogs EthUninstallFilter"))
            yield return Read(name, MethodClass.FilterUse, 0);
        yield return Read("EthSubscribe", MethodClass.CallBack);
        yield return Read("EthUnsubscribe", MethodClass.CallBack, 0);
        foreach (string name in Words("SyncIncomingBlocks MpoolSub SubscribeActorEventsRaw ChainExport"))
            yield return Read(name, MethodClass.Channel);
        foreach (string name in Words(ReadOfOneDaemon))
            yield return Read(name, MethodClass.NodeAddressed);
        foreach (string name in Words(WriteOfOneDaemon))
            yield return new MethodRule(Prefix + name, MethodClass.NodeAddressed, RpcPermissions.Write);
        foreach (string name in Words(AdminOfOneDaemon))
            yield return new MethodRule(Prefix + name, MethodClass.NodeAddressed, RpcPermissions.Admin);
    }

    private static IEnumerable<MethodRule> Version0()
    {
        // Here the search takes the CID first, and a cancelled multisig transaction names its sender later.
        HashSet<string> replaced = [Prefix + "StateSearchMsg", Prefix + "MsigCancel"];
        foreach (MethodRule rule in Version1().Where(rule => !replaced.Contains(rule.Name)))
            yield return rule;
        foreach (string name in Words("StateSearchMsg StateSearchMsgLimited"))
            yield return new MethodRule(Prefix + name, MethodClass.HeadRead, RpcPermissions.Read);
        foreach (string name in Words("StateWaitMsgLimited BeaconGetEntry"))
            yield return new MethodRule(Prefix + name, MethodClass.Waiting, RpcPermissions.Read);
        foreach (string name in Words("ChainGetRandomnessFromTickets ChainGetRandomnessFromBeacon"))
            yield return new MethodRule(Prefix + name, MethodClass.TipSetRead, RpcPermissions.Read) { Parameter = 0 };
        yield return new MethodRule(Prefix + "StateGetReceipt", MethodClass.TipSetRead, RpcPermissions.Read) { Parameter = 1 };
        yield return new MethodRule(Prefix + "MsigCancel", MethodClass.NonceAssigning, RpcPermissions.Sign) { Parameter = 4 };
    }

    private static IEnumerable<MethodRule> Version2()
    {
        foreach (MethodRule rule in Version1().Where(rule => rule.ShortName.StartsWith("Eth", StringComparison.Ordinal)
            || rule.ShortName is "NetVersion" or "NetListening" or "Web3ClientVersion" or "FilecoinAddressToEthAddress" or "Discover" or "Version"))
            yield return rule;
        foreach (string name in Words("ChainGetTipSet ChainGetTipSetFinalityStatus StateGetActor StateGetID"))
            yield return new MethodRule(Prefix + name, MethodClass.HeadRead, RpcPermissions.Read);
    }

    private static string AliasOf(string name) => name switch
    {
        "NetVersion" => "net_version",
        "NetListening" => "net_listening",
        "Web3ClientVersion" => "web3_clientVersion",
        "EthAddressToFilecoinAddress" or "FilecoinAddressToEthAddress" or "EthGetTransactionHashByCid" or "EthGetMessageCidByTransactionHash" => "",
        _ when name.EndsWith("Limited", StringComparison.Ordinal) => "",
        _ when name.StartsWith("EthTrace", StringComparison.Ordinal) => "trace_" + Lower(name["EthTrace".Length..]),
        _ => "eth_" + Lower(name["Eth".Length..]),
    };

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string[] Words(string text) => text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
