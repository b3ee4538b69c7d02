using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class TipSetTests
{
    [Fact]
    public void Blocks_stand_in_the_order_of_their_tickets_digests()
    {
        BlockHeader template = Template();
        BlockHeader[] blocks = [.. Enumerable.Range(0, 9).Select(i => template with { Ticket = new Ticket(new byte[] { (byte)i, 1, 2 }) })];
        var tipset = TipSet.Create(blocks.Reverse());
        Assert.Equal(
            blocks.OrderBy(block => Convert.ToHexString(Blake2b.Hash256(block.Ticket!.VRFProof.Span)), StringComparer.Ordinal).Select(block => block.Cid),
            tipset.Blocks.Select(block => block.Cid));
        Assert.Equal(tipset.Key.Cids, tipset.Blocks.Select(block => block.Cid));
        Assert.Equal(tipset.Key, TipSet.Create(blocks).Key);
    }

    [Fact]
    public void Equal_tickets_are_ordered_by_cid()
    {
        BlockHeader template = Template();
        BlockHeader[] blocks = [.. Enumerable.Range(0, 5).Select(i => template with { ForkSignaling = (ulong)i })];
        Assert.Equal(
            blocks.Select(block => block.Cid).OrderBy(cid => Convert.ToHexString(cid.Bytes), StringComparer.Ordinal),
            TipSet.Create(blocks).Key.Cids);
    }

    [Fact]
    public void Blocks_that_do_not_stand_together_are_refused()
    {
        BlockHeader block = Template();
        Assert.Throws<TipSetException>(() => TipSet.Create([]));
        Assert.Throws<TipSetException>(() => TipSet.Create([block, block]));
        Assert.Throws<TipSetException>(() => TipSet.Create([block with { Ticket = null }]));
        Assert.Throws<TipSetException>(() => TipSet.Create([block, block with { Height = block.Height + 1 }]));
        Assert.Throws<TipSetException>(() => TipSet.Create([block, block with { Parents = [block.Messages] }]));
        Assert.Throws<TipSetException>(() => TipSet.Create([block, block with { ParentWeight = block.ParentWeight + new TokenAmount(1) }]));
    }

    [Fact]
    public void The_empty_key_is_the_head()
    {
        Assert.True(TipSetKey.Empty.IsEmpty);
        Assert.Equal(TipSetKey.Empty, TipSetKey.FromBytes([]));
        Assert.Throws<CidFormatException>(() => TipSetKey.FromBytes([1, 2, 3]));
        Cid cid = Template().Cid;
        var repeated = new byte[cid.Bytes.Length * 300];
        for (int i = 0; i < 300; i++)
            cid.Bytes.CopyTo(repeated.AsSpan(i * cid.Bytes.Length));
        Assert.Throws<ChainFormatException>(() => TipSetKey.FromBytes(repeated));
    }

    private static BlockHeader Template() => DagCbor.Decode<BlockHeader>(GoldenChain.Headers()[0].GetProperty("cbor_hex").GetBytesFromHex());
}
