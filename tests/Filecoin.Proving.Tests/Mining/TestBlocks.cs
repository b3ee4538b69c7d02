using Filecoin.ChainCo.Chain;

namespace Filecoin.Proving.Tests.Mining;

/// <summary>Blocks with as much in them as a miner looks at.</summary>
internal static class TestBlocks
{
    private static readonly Cid Empty = Cid.OfDagCbor([0x80]);

    public static BlockHeader Block(Address miner, long height, TipSet? parent = null, ulong timestamp = 0) => new()
    {
        Miner = miner,
        Height = height,
        Parents = parent?.Key.Cids ?? [Empty],
        Ticket = new Ticket(System.Text.Encoding.UTF8.GetBytes($"{miner}/{height}".PadRight(96))),
        ElectionProof = new ElectionProof(1, new byte[96]),
        ParentWeight = TokenAmount.Zero,
        ParentStateRoot = Empty,
        ParentMessageReceipts = Empty,
        Messages = Empty,
        Timestamp = timestamp,
        ParentBaseFee = TokenAmount.Zero,
    };
}
