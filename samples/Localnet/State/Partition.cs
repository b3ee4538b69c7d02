using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Localnet.State;

/// <summary>
/// Sectors proven by one SNARK (builtin-actors <c>partition_state.rs</c>). The sets obey: terminated, unproven and faulty sectors do not
/// overlap, recoveries are faulty. Where the actor keeps power and expirations in queues, this counts sectors, all of one size.
/// </summary>
internal sealed record Partition
{
    /// <summary>No sectors.</summary>
    public static Partition Empty { get; } = new();

    /// <summary>All sectors, dead ones too.</summary>
    public Bitfield Sectors { get; init; } = Bitfield.Empty;

    /// <summary>Live and not proven yet: no power.</summary>
    public Bitfield Unproven { get; init; } = Bitfield.Empty;

    /// <summary>Faulty.</summary>
    public Bitfield Faults { get; init; } = Bitfield.Empty;

    /// <summary>Faulty and declared recovered.</summary>
    public Bitfield Recoveries { get; init; } = Bitfield.Empty;

    /// <summary>Expired or terminated.</summary>
    public Bitfield Terminated { get; init; } = Bitfield.Empty;

    /// <summary>For each faulty sector the last epoch that it may stay faulty.</summary>
    public ImmutableSortedDictionary<ulong, long> FaultExpirations { get; init; } = ImmutableSortedDictionary<ulong, long>.Empty;

    /// <summary>Not terminated.</summary>
    public Bitfield Live => Sectors.Except(Terminated);

    /// <summary>Live, proven and not faulty: has power.</summary>
    public Bitfield Active => Live.Except(Faults).Except(Unproven);

    /// <summary>Writes the partition into the state's root.</summary>
    public void WriteCbor(DagCborWriter writer)
    {
        writer.WriteArrayHeader(6);
        Sectors.WriteCbor(writer);
        Unproven.WriteCbor(writer);
        Faults.WriteCbor(writer);
        Recoveries.WriteCbor(writer);
        Terminated.WriteCbor(writer);
        writer.WriteArrayHeader(2 * FaultExpirations.Count);
        foreach ((ulong sector, long epoch) in FaultExpirations)
        {
            writer.WriteUInt64(sector);
            writer.WriteInt64(epoch);
        }
    }
}
