using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet.Actors.Miner;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors;

/// <summary>An actor that a query names and the state does not have.</summary>
/// <param name="address">What was asked for.</param>
/// <param name="what">What it should be.</param>
internal sealed class ActorNotFoundException(Address address, string what) : Exception($"{what} {address} was not found")
{
    /// <summary>What was asked for.</summary>
    public Address Address { get; } = address;
}

/// <summary>
/// The answers of the State methods from one state, in the models of the API. Each throws <see cref="ActorNotFoundException"/> for an
/// address that the state does not have.
/// </summary>
/// <param name="rules">The network's rules.</param>
/// <param name="state">The state.</param>
/// <param name="epoch">The epoch that the answer is about: of the tipset asked for.</param>
internal sealed class StateQueries(ExecutionRules rules, StateTree state, ChainEpoch epoch)
{
    /// <summary>StateGetActor; null where there is no such actor.</summary>
    public ActorState? Actor(Address address)
    {
        if (!state.TryResolve(address, out ulong id) || !state.Actors.TryGetValue(id, out ActorEntry? actor))
            return null;
        Cid head = state.Miners.TryGetValue(id, out MinerState? miner) ? miner.Root : ActorEntry.CodeOf(actor.Kind);
        return new ActorState(actor.Code, head, actor.Nonce, actor.Balance);
    }

    /// <summary>StateAccountKey.</summary>
    public Address AccountKey(Address account) =>
        state.TryGetAccountKey(account, out Address key) && key.IsDefined ? key : throw new ActorNotFoundException(account, "account");

    /// <summary>StateLookupID.</summary>
    public Address LookupId(Address address) =>
        state.TryResolve(address, out ulong id) ? Address.FromId(id) : throw new ActorNotFoundException(address, "actor");

    /// <summary>StateListMiners.</summary>
    public IReadOnlyList<Address> Miners() => [.. state.Miners.Keys.Select(Address.FromId)];

    /// <summary>StateMinerInfo.</summary>
    public MinerInfo Info(Address miner)
    {
        MinerInfoState info = Find(miner).State.Info;
        return new MinerInfo
        {
            Owner = info.Owner,
            Worker = info.Worker,
            NewWorker = info.PendingWorkerKey?.NewWorker ?? default,
            WorkerChangeEpoch = info.PendingWorkerKey?.EffectiveAt ?? -1,
            ControlAddresses = info.ControlAddresses,
            Multiaddrs = info.Multiaddrs,
            WindowPoStProofType = info.WindowPoStProofType,
            SectorSize = info.SectorSize,
            WindowPoStPartitionSectors = info.WindowPoStPartitionSectors,
            ConsensusFaultElapsed = info.ConsensusFaultElapsed,
            Beneficiary = info.Beneficiary,
            BeneficiaryTerm = info.BeneficiaryTerm,
        };
    }

    /// <summary>StateMinerProvingDeadline.</summary>
    public DeadlineInfo ProvingDeadline(Address miner) => DeadlineRules.Current(rules.Policy, Find(miner).State.ProvingPeriodStart, epoch.Value);

    /// <summary>StateMinerDeadlines.</summary>
    public IReadOnlyList<MinerDeadline> Deadlines(Address miner) => [.. Find(miner).State.Deadlines.Select(deadline =>
        new MinerDeadline(deadline.PartitionsPoSted, (ulong)(deadline.Snapshot?.Submissions.Count ?? 0)))];

    /// <summary>StateMinerPartitions.</summary>
    public IReadOnlyList<MinerPartition> Partitions(Address miner, ulong deadline)
    {
        MinerState found = Find(miner).State;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(deadline, (ulong)found.Deadlines.Length);
        return [.. found.Deadlines[(int)deadline].Partitions.Select(partition =>
            new MinerPartition(partition.Sectors, partition.Faults, partition.Recoveries, partition.Live, partition.Active))];
    }

    /// <summary>StateMinerSectors: all, or those of a filter.</summary>
    public IReadOnlyList<SectorOnChainInfo> Sectors(Address miner, Bitfield? filter = null) =>
        [.. Find(miner).State.Sectors.Values.Where(sector => filter?.Contains(sector.SectorNumber) ?? true)];

    /// <summary>StateMinerActiveSectors.</summary>
    public IReadOnlyList<SectorOnChainInfo> ActiveSectors(Address miner) => Sectors(miner, Union(miner, partition => partition.Active));

    /// <summary>StateMinerFaults.</summary>
    public Bitfield Faults(Address miner) => Union(miner, partition => partition.Faults);

    /// <summary>StateMinerRecoveries.</summary>
    public Bitfield Recoveries(Address miner) => Union(miner, partition => partition.Recoveries);

    /// <summary>StateMinerPower. An undefined address asks for the network's alone.</summary>
    public MinerPowerInfo Power(Address miner)
    {
        PowerPair total = PowerActor.Total(rules.Policy, state);
        if (!miner.IsDefined)
            return new MinerPowerInfo(new PowerClaim(default, default), new PowerClaim(total.Raw, total.QA), false);
        ulong id = Find(miner).Id;
        PowerPair own = state.Power[id];
        return new MinerPowerInfo(
            new PowerClaim(own.Raw, own.QA), new PowerClaim(total.Raw, total.QA), PowerActor.HasMinimumPower(rules.Policy, state, id));
    }

    /// <summary>StateMinerAvailableBalance.</summary>
    public TokenAmount AvailableBalance(Address miner)
    {
        (ulong id, MinerState found) = Find(miner);
        return state.Actors[id].Balance - found.PreCommitDeposits - found.InitialPledge - found.FeeDebt;
    }

    /// <summary>StateMinerAllocated.</summary>
    public Bitfield Allocated(Address miner) => Find(miner).State.AllocatedSectors;

    /// <summary>StateMinerPreCommitDepositForPower, with the tenth that Lotus adds against changes until the message lands.</summary>
    public TokenAmount PreCommitDeposit(Address miner, SectorPreCommitInfo sector)
    {
        _ = Find(miner);
        return WithMargin(Economics.PreCommitDeposit((ulong)PoRepConfig.For((RegisteredSealProof)sector.SealProof).SectorSize.Bytes));
    }

    /// <summary>StateMinerInitialPledgeForSector, with the same tenth. Verified data has no weight here.</summary>
    public TokenAmount InitialPledge(ulong sectorSize) => WithMargin(Economics.InitialPledge(sectorSize));

    /// <summary>StateSectorGetInfo; null when the sector is not proven.</summary>
    public SectorOnChainInfo? SectorInfo(Address miner, ulong sector) => Find(miner).State.Sectors.GetValueOrDefault(sector);

    /// <summary>StateSectorPreCommitInfo; null when the sector is not precommitted, or proven already.</summary>
    public SectorPreCommitOnChainInfo? PreCommitInfo(Address miner, ulong sector) => Find(miner).State.PreCommits.GetValueOrDefault(sector);

    /// <summary>StateSectorPartition; null when the sector has no place.</summary>
    public SectorLocation? SectorPartition(Address miner, ulong sector)
    {
        MinerState found = Find(miner).State;
        for (int deadline = 0; deadline < found.Deadlines.Length; deadline++)
        {
            for (int partition = 0; partition < found.Deadlines[deadline].Partitions.Length; partition++)
            {
                if (found.Deadlines[deadline].Partitions[partition].Sectors.Contains(sector))
                    return new SectorLocation((ulong)deadline, (ulong)partition);
            }
        }

        return null;
    }

    private Economics Economics => new(rules, state);

    private (ulong Id, MinerState State) Find(Address miner) => state.TryResolve(miner, out ulong id) && state.Miners.TryGetValue(id, out MinerState? found)
        ? (id, found) : throw new ActorNotFoundException(miner, "miner");

    private Bitfield Union(Address miner, Func<Partition, Bitfield> select) => Find(miner).State.Deadlines
        .SelectMany(deadline => deadline.Partitions).Aggregate(Bitfield.Empty, (all, partition) => all.Union(select(partition)));

    private static TokenAmount WithMargin(TokenAmount amount) => new(amount.Atto * 110 / 100);
}
