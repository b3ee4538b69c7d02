using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Localnet.Actors;

/// <summary>Randomness of the chain on which a tipset stands.</summary>
internal interface IChainRandomness
{
    /// <summary>32 bytes drawn from the ticket of the last tipset at or before an epoch.</summary>
    /// <param name="tag">The domain separation tag, see <see cref="ChainRandomness"/>.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="entropy">What the randomness is for, such as the CBOR of a miner's address.</param>
    byte[] FromTickets(long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy);

    /// <summary>32 bytes drawn from the beacon of an epoch.</summary>
    /// <param name="tag">The domain separation tag, see <see cref="ChainRandomness"/>.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="entropy">What the randomness is for.</param>
    byte[] FromBeacon(long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy);
}

/// <summary>A block of the tipset to execute.</summary>
/// <param name="Miner">Who made it: gets the reward and the tips. An id address.</param>
/// <param name="WinCount">How many times it won.</param>
/// <param name="Messages">Its messages in the block's order; signatures were checked before.</param>
internal sealed record BlockMessages(Address Miner, long WinCount, IReadOnlyList<Message> Messages);

/// <summary>What a tipset is executed in.</summary>
internal sealed record TipSetContext
{
    /// <summary>The tipset's epoch.</summary>
    public required ChainEpoch Epoch { get; init; }

    /// <summary>The epoch of the parent tipset; the end of each null round between is executed too.</summary>
    public required ChainEpoch ParentEpoch { get; init; }

    /// <summary>attoFIL a gas unit that are burnt.</summary>
    public required TokenAmount BaseFee { get; init; }

    /// <summary>Randomness of this chain.</summary>
    public required IChainRandomness Randomness { get; init; }

    /// <summary>The blocks in the tipset's order; a message that several carry is executed once.</summary>
    public IReadOnlyList<BlockMessages> Blocks { get; init; } = [];
}
