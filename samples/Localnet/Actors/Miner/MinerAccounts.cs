using System.Buffers.Binary;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>A miner's making, its addresses and its money.</summary>
internal static class MinerAccounts
{
    private const int MaxPeerIdLength = 128;
    private const int MaxMultiaddrBytes = 1024;

    /// <summary>
    /// A new miner's state (builtin-actors <c>Actor::constructor</c>). Its proving period starts at an offset that its id and the epoch give, so that
    /// miners' deadlines spread.
    /// </summary>
    /// <exception cref="ActorException">The parameters break a rule.</exception>
    public static MinerState Construct(Execution execution, ulong id, CreateMinerParams parameters)
    {
        CheckPeer(parameters.Peer, parameters.Multiaddrs);
        var proof = (RegisteredPoStProof)parameters.WindowPoStProofType;
        if (proof is < RegisteredPoStProof.StackedDrgWindow2KiBV1_1 or > RegisteredPoStProof.StackedDrgWindow64GiBV1_1)
            throw ActorException.Illegal($"window PoSt type {parameters.WindowPoStProofType} is not allowed");
        PoStConfig config = PoStConfig.For(proof);
        Address owner = Resolve(execution, parameters.Owner), worker = ResolveWorker(execution, parameters.Worker);
        NetworkPolicy policy = execution.Rules.Policy;
        return new MinerState
        {
            Info = new MinerInfoState(
                owner, worker, [], null, parameters.Peer, parameters.Multiaddrs, parameters.WindowPoStProofType, (ulong)config.SectorSize.Bytes,
                (ulong)config.SectorsPerPartition, -1, null, owner, new BeneficiaryTerm(default, default, 0), null),
            ProvingPeriodStart = DeadlineRules.Current(policy, PeriodOffset(policy, id, execution.Epoch), execution.Epoch).PeriodStart.Value,
            Deadlines = [.. Enumerable.Repeat(Deadline.Empty, policy.WPoStPeriodDeadlines)],
        };
    }

    /// <summary>Method 2: owner, worker, control addresses.</summary>
    public static byte[] ControlAddresses(MinerCall call)
    {
        var writer = new DagCborWriter();
        writer.WriteArrayHeader(3);
        writer.WriteAddress(call.State.Info.Owner);
        writer.WriteAddress(call.State.Info.Worker);
        writer.WriteAddresses(call.State.Info.ControlAddresses);
        return writer.ToArray();
    }

    /// <summary>Method 3: control addresses change at once, the worker after a finality.</summary>
    public static void ChangeWorker(MinerCall call, ChangeWorkerAddressParams parameters)
    {
        if (parameters.NewControlAddrs.Count > call.Policy.MaxControlAddresses)
            throw ActorException.Illegal($"{parameters.NewControlAddrs.Count} control addresses, at most {call.Policy.MaxControlAddresses} are allowed");
        Address worker = ResolveWorker(call.Execution, parameters.NewWorker);
        Address[] control = [.. parameters.NewControlAddrs.Select(address => Resolve(call.Execution, address))];
        MinerInfoState info = call.State.Info;
        call.RequireCaller(info.Owner);
        info = info with { ControlAddresses = control };
        if (worker != info.Worker && info.PendingWorkerKey is null)
            info = info with { PendingWorkerKey = new WorkerKeyChange(worker, call.Epoch + call.Policy.ChainFinality) };
        call.State = call.State with { Info = info };
    }

    /// <summary>Method 21.</summary>
    public static void ConfirmWorker(MinerCall call)
    {
        call.RequireCaller(call.State.Info.Owner);
        DeadlineCron.ConfirmWorker(call);
    }

    /// <summary>Method 4.</summary>
    public static void ChangePeerId(MinerCall call, ChangePeerIdParams parameters)
    {
        CheckPeer(parameters.NewID, []);
        call.RequireController();
        call.State = call.State with { Info = call.State.Info with { PeerId = parameters.NewID } };
    }

    /// <summary>Method 18.</summary>
    public static void ChangeMultiaddrs(MinerCall call, ChangeMultiaddrsParams parameters)
    {
        CheckPeer(default, parameters.NewMultiaddrs);
        call.RequireController();
        call.State = call.State with { Info = call.State.Info with { Multiaddrs = parameters.NewMultiaddrs } };
    }

    /// <summary>Method 16: as much of the available balance as is asked for goes to the beneficiary. Returns what went.</summary>
    public static TokenAmount Withdraw(MinerCall call, WithdrawBalanceParams parameters)
    {
        if (parameters.AmountRequested < default(TokenAmount))
            throw ActorException.Illegal($"withdrawal of {parameters.AmountRequested} attoFIL");
        MinerInfoState info = call.State.Info;
        call.RequireCaller(info.Owner, info.Beneficiary);
        TokenAmount available = call.AvailableBalance;
        call.RepayDebt();
        TokenAmount amount = available < parameters.AmountRequested ? available : parameters.AmountRequested;
        info.Beneficiary.TryGetId(out ulong beneficiary);
        call.Execution.Transfer(call.Id, beneficiary, amount);
        return amount;
    }

    /// <summary>Method 22.</summary>
    public static void RepayDebt(MinerCall call)
    {
        call.RequireController();
        call.RepayDebt();
    }

    private static void CheckPeer(ReadOnlyMemory<byte> peer, IReadOnlyList<ReadOnlyMemory<byte>> multiaddrs)
    {
        if (peer.Length > MaxPeerIdLength)
            throw ActorException.Illegal($"a peer id of {peer.Length} bytes, at most {MaxPeerIdLength} are allowed");
        if (multiaddrs.Any(multiaddr => multiaddr.IsEmpty) || multiaddrs.Sum(multiaddr => (long)multiaddr.Length) > MaxMultiaddrBytes)
            throw ActorException.Illegal($"multiaddresses are empty or have more than {MaxMultiaddrBytes} bytes together");
    }

    private static Address Resolve(Execution execution, Address address) => execution.State.TryResolve(address, out ulong id)
        ? Address.FromId(id) : throw ActorException.Illegal($"there is no actor {address}");

    private static Address ResolveWorker(Execution execution, Address address) =>
        execution.State.TryGetAccountKey(address, out Address key) && key.IsDefined && key.Protocol == AddressProtocol.Bls
            ? Resolve(execution, address) : throw ActorException.Illegal($"worker {address} is no account with a BLS key");

    // assign_proving_period_offset: BLAKE2b-256 of the CBOR of the address and the big-endian epoch, its first eight bytes modulo the period.
    private static long PeriodOffset(NetworkPolicy policy, ulong id, long epoch)
    {
        var writer = new DagCborWriter();
        writer.WriteAddress(Address.FromId(id));
        byte[] preimage = [.. writer.WrittenSpan, .. new byte[8]];
        BinaryPrimitives.WriteInt64BigEndian(preimage.AsSpan(preimage.Length - 8), epoch);
        Span<byte> digest = stackalloc byte[32];
        Native.Hashing.Blake2b.Hash256(preimage, digest);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(digest) % (ulong)policy.WPoStProvingPeriod);
    }
}
