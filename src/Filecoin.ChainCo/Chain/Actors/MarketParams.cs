namespace Filecoin.ChainCo.Chain.Actors;

/// <summary>Numbers of the storage market actor's methods that a provider sends.</summary>
public static class MarketMethods
{
    /// <summary>The address to credit, alone.</summary>
    public const ulong AddBalance = 2;

    /// <summary><see cref="MarketWithdrawBalanceParams"/>.</summary>
    public const ulong WithdrawBalance = 3;

    /// <summary><see cref="PublishStorageDealsParams"/>.</summary>
    public const ulong PublishStorageDeals = 4;
}

/// <summary>Market method 3: withdrawal of escrow.</summary>
/// <param name="ProviderOrClientAddress">Whose escrow.</param>
/// <param name="Amount">attoFIL.</param>
public sealed record MarketWithdrawBalanceParams(
    Address ProviderOrClientAddress, TokenAmount Amount) : ICborValue<MarketWithdrawBalanceParams>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteAddress(ProviderOrClientAddress);
        Amount.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static MarketWithdrawBalanceParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new MarketWithdrawBalanceParams(reader.ReadAddress(), TokenAmount.ReadCbor(ref reader));
    }
}

/// <summary>A storage deal between client and provider.</summary>
/// <param name="PieceCID">CommP.</param>
/// <param name="PieceSize">Padded bytes.</param>
/// <param name="VerifiedDeal">Whether datacap pays.</param>
/// <param name="Client">The client.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Label">Free text or bytes.</param>
/// <param name="StartEpoch">When the deal starts.</param>
/// <param name="EndEpoch">When it ends.</param>
/// <param name="StoragePricePerEpoch">attoFIL an epoch.</param>
/// <param name="ProviderCollateral">attoFIL.</param>
/// <param name="ClientCollateral">attoFIL.</param>
public sealed record DealProposal(
    Cid PieceCID, ulong PieceSize, bool VerifiedDeal, Address Client, Address Provider, DealLabel Label, ChainEpoch StartEpoch,
    ChainEpoch EndEpoch, TokenAmount StoragePricePerEpoch, TokenAmount ProviderCollateral, TokenAmount ClientCollateral)
    : ICborValue<DealProposal>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(11);
        writer.WriteCid(PieceCID);
        writer.WriteUInt64(PieceSize);
        writer.WriteBoolean(VerifiedDeal);
        writer.WriteAddress(Client);
        writer.WriteAddress(Provider);
        Label.WriteCbor(writer);
        writer.WriteInt64(StartEpoch.Value);
        writer.WriteInt64(EndEpoch.Value);
        StoragePricePerEpoch.WriteCbor(writer);
        ProviderCollateral.WriteCbor(writer);
        ClientCollateral.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static DealProposal ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(11);
        return new DealProposal(
            reader.ReadCid(),
            reader.ReadUInt64(),
            reader.ReadBoolean(),
            reader.ReadAddress(),
            reader.ReadAddress(),
            DealLabel.ReadCbor(ref reader),
            reader.ReadInt64(),
            reader.ReadInt64(),
            TokenAmount.ReadCbor(ref reader),
            TokenAmount.ReadCbor(ref reader),
            TokenAmount.ReadCbor(ref reader));
    }
}

/// <summary>A deal proposal with the client's signature over its CBOR.</summary>
/// <param name="Proposal">The deal.</param>
/// <param name="ClientSignature">The signature.</param>
public sealed record ClientDealProposal(DealProposal Proposal, Signature ClientSignature) : ICborValue<ClientDealProposal>
{
    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        Proposal.WriteCbor(writer);
        ClientSignature.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static ClientDealProposal ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new ClientDealProposal(DealProposal.ReadCbor(ref reader), Signature.ReadCbor(ref reader));
    }
}

/// <summary>Market method 4.</summary>
/// <param name="Deals">The deals.</param>
public sealed record PublishStorageDealsParams(IReadOnlyList<ClientDealProposal> Deals) : ICborValue<PublishStorageDealsParams>
{
    /// <summary>The deals.</summary>
    public IReadOnlyList<ClientDealProposal> Deals { get; init => field = value ?? []; } = Deals ?? [];

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(1);
        writer.WriteList(Deals);
    }

    /// <inheritdoc/>
    public static PublishStorageDealsParams ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(1);
        return new PublishStorageDealsParams(reader.ReadList<ClientDealProposal>());
    }
}

/// <summary>What market method 4 returns.</summary>
/// <param name="IDs">Numbers of the deals published.</param>
/// <param name="ValidDeals">Which of the deals sent they are.</param>
public sealed record PublishStorageDealsReturn(IReadOnlyList<ulong> IDs, Bitfield ValidDeals) : ICborValue<PublishStorageDealsReturn>
{
    /// <summary>Numbers of the deals published.</summary>
    public IReadOnlyList<ulong> IDs { get; init => field = value ?? []; } = IDs ?? [];

    /// <summary>Which of the deals sent they are.</summary>
    public Bitfield ValidDeals { get; init => field = value ?? Bitfield.Empty; } = ValidDeals ?? Bitfield.Empty;

    /// <inheritdoc/>
    public void WriteCbor(DagCborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteArrayHeader(2);
        writer.WriteNumbers(IDs);
        ValidDeals.WriteCbor(writer);
    }

    /// <inheritdoc/>
    public static PublishStorageDealsReturn ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new PublishStorageDealsReturn(reader.ReadNumbers(), Bitfield.ReadCbor(ref reader));
    }
}
