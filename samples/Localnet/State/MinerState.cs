using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;

namespace Filecoin.Samples.Localnet.State;

/// <summary>A miner actor's state (builtin-actors <c>actors/miner/src/state.rs</c>).</summary>
internal sealed record MinerState
{
    private readonly RootCache<MinerState> _root = new();

    /// <summary>Addresses, sizes, waiting changes.</summary>
    public required MinerInfoState Info { get; init; }

    /// <summary>First epoch of a proving period; every other period starts a whole number of periods from it.</summary>
    public required long ProvingPeriodStart { get; init; }

    /// <summary>attoFIL locked for precommits.</summary>
    public TokenAmount PreCommitDeposits { get; init; }

    /// <summary>attoFIL locked for sectors.</summary>
    public TokenAmount InitialPledge { get; init; }

    /// <summary>attoFIL owed for penalties that the balance did not cover.</summary>
    public TokenAmount FeeDebt { get; init; }

    /// <summary>Precommitted sectors by number.</summary>
    public ImmutableSortedDictionary<ulong, SectorPreCommitOnChainInfo> PreCommits { get; init; } =
        ImmutableSortedDictionary<ulong, SectorPreCommitOnChainInfo>.Empty;

    /// <summary>Sector numbers that were ever used or masked.</summary>
    public Bitfield AllocatedSectors { get; init; } = Bitfield.Empty;

    /// <summary>Proven sectors by number, ended ones too.</summary>
    public ImmutableSortedDictionary<ulong, SectorOnChainInfo> Sectors { get; init; } =
        ImmutableSortedDictionary<ulong, SectorOnChainInfo>.Empty;

    /// <summary>The deadlines of a proving period.</summary>
    public required ImmutableArray<Deadline> Deadlines { get; init; }

    /// <summary>The name of this state.</summary>
    public Cid Root => _root.Get(this, static (state, writer) => state.WriteCbor(writer));

    /// <summary>The same with one deadline replaced.</summary>
    public MinerState WithDeadline(int index, Deadline deadline) => this with { Deadlines = Deadlines.SetItem(index, deadline) };

    private void WriteCbor(DagCborWriter writer)
    {
        writer.WriteArrayHeader(9);
        Info.WriteCbor(writer);
        writer.WriteInt64(ProvingPeriodStart);
        PreCommitDeposits.WriteCbor(writer);
        InitialPledge.WriteCbor(writer);
        FeeDebt.WriteCbor(writer);
        writer.WriteArrayHeader(PreCommits.Count);
        foreach (SectorPreCommitOnChainInfo precommit in PreCommits.Values)
            precommit.WriteCbor(writer);
        AllocatedSectors.WriteCbor(writer);
        writer.WriteArrayHeader(Sectors.Count);
        foreach (SectorOnChainInfo sector in Sectors.Values)
            sector.WriteCbor(writer);
        writer.WriteArrayHeader(Deadlines.Length);
        foreach (Deadline deadline in Deadlines)
            deadline.WriteCbor(writer);
    }
}
