namespace Filecoin.ChainCo.Chain.Actors;

/// <summary>Numbers of the power actor's methods that a provider sends (builtin-actors, actors/power/src/lib.rs).</summary>
public static class PowerMethods
{
    /// <summary><see cref="CreateMinerParams"/>; answers <see cref="CreateMinerReturn"/>.</summary>
    public const ulong CreateMiner = 2;
}

/// <summary>Method 2 of the power actor: makes a miner. The value sent is the miner's first balance.</summary>
/// <param name="Owner">The owner.</param>
/// <param name="Worker">The worker, a BLS account.</param>
/// <param name="WindowPoStProofType">The actors' number of the window PoSt type; it fixes the sector size.</param>
/// <param name="Peer">The libp2p peer id, at most 128 bytes.</param>
/// <param name="Multiaddrs">Binary multiaddresses.</param>
public sealed record CreateMinerParams(
    Address Owner, Address Worker, long WindowPoStProofType, ReadOnlyMemory<byte> Peer, IReadOnlyList<ReadOnlyMemory<byte>> Multiaddrs)
    : ICborValue<CreateMinerParams>
{
    /// <summary>Binary multiaddresses.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Multiaddrs { get; init => field = value ?? []; } = Multiaddrs ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(5);
        writer.WriteAddress(Owner);
        writer.WriteAddress(Worker);
        writer.WriteInt64(WindowPoStProofType);
        writer.WriteBytes(Peer.Span);
        writer.WriteByteStrings(Multiaddrs);
    }

    /// <inheritdoc/>
    public static CreateMinerParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(5);
        return new CreateMinerParams(
            reader.ReadAddress(), reader.ReadAddress(), reader.ReadInt64(), reader.ReadBytes().ToArray(), reader.ReadByteStrings());
    }
}

/// <summary>What CreateMiner returns.</summary>
/// <param name="IdAddress">The miner's f0 address.</param>
/// <param name="RobustAddress">The miner's f2 address, which a reorg does not change.</param>
public sealed record CreateMinerReturn(Address IdAddress, Address RobustAddress) : ICborValue<CreateMinerReturn>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteAddress(IdAddress);
        writer.WriteAddress(RobustAddress);
    }

    /// <inheritdoc/>
    public static CreateMinerReturn ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new CreateMinerReturn(reader.ReadAddress(), reader.ReadAddress());
    }
}
