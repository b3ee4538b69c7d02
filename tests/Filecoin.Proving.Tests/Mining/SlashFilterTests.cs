using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;
using Filecoin.Proving.Mining;

namespace Filecoin.Proving.Tests.Mining;

public sealed class SlashFilterTests
{
    private static readonly Address Miner = Address.FromId(1000), Other = Address.FromId(1001);

    [Theory, EachDatabase]
    public async Task One_block_an_epoch_and_that_one_as_often_as_wanted(string kind)
    {
        await using var files = new TestDatabase(kind);
        SlashFilter filter = await OpenAsync(files);
        TipSet parent = TipSet.Create([TestBlocks.Block(Other, 9)]);
        BlockHeader block = TestBlocks.Block(Miner, 10, parent);

        Assert.Null(await filter.ClaimAsync(block, parent));
        Assert.Null(await filter.ClaimAsync(block, parent));
        TipSet another = TipSet.Create([TestBlocks.Block(Other, 8)]);
        Assert.Equal(SlashableFault.DoubleFork, await filter.ClaimAsync(TestBlocks.Block(Miner, 10, another), another));
        Assert.Equal(SlashableFault.DoubleFork, await filter.ClaimAsync(block with { Timestamp = 1 }, parent));

        // Another hub on the same database, after a restart: nothing is forgotten. Another miner is another matter.
        SlashFilter again = await OpenAsync(files);
        Assert.Equal(SlashableFault.DoubleFork, await again.ClaimAsync(TestBlocks.Block(Miner, 10, another), another));
        Assert.Null(await again.ClaimAsync(block, parent));
        Assert.Null(await again.ClaimAsync(TestBlocks.Block(Other, 10, another), another));
    }

    [Theory, EachDatabase]
    public async Task No_second_block_on_the_same_parents_at_a_later_epoch(string kind)
    {
        await using var files = new TestDatabase(kind);
        SlashFilter filter = await OpenAsync(files);
        TipSet parent = TipSet.Create([TestBlocks.Block(Other, 9)]);

        Assert.Null(await filter.ClaimAsync(TestBlocks.Block(Miner, 10, parent), parent));
        Assert.Equal(SlashableFault.TimeOffset, await filter.ClaimAsync(TestBlocks.Block(Miner, 11, parent), parent));
    }

    [Theory, EachDatabase]
    public async Task No_block_beside_an_own_one_that_it_could_have_been_built_on(string kind)
    {
        await using var files = new TestDatabase(kind);
        SlashFilter filter = await OpenAsync(files);
        TipSet grandparent = TipSet.Create([TestBlocks.Block(Other, 9)]);
        BlockHeader own = TestBlocks.Block(Miner, 10, grandparent), sibling = TestBlocks.Block(Other, 10, grandparent);
        Assert.Null(await filter.ClaimAsync(own, grandparent));

        TipSet without = TipSet.Create([sibling]), with = TipSet.Create([own, sibling]);
        Assert.Equal(SlashableFault.ParentGrinding, await filter.ClaimAsync(TestBlocks.Block(Miner, 11, without), without));

        // What was refused holds up nothing.
        Assert.Null(await filter.ClaimAsync(TestBlocks.Block(Miner, 11, with), with));
    }

    /// <summary>A hub that was held up comes with its block after another has built beside it.</summary>
    [Theory, EachDatabase]
    public async Task No_block_that_an_own_one_should_have_been_built_on(string kind)
    {
        await using var files = new TestDatabase(kind);
        SlashFilter filter = await OpenAsync(files);
        TipSet grandparent = TipSet.Create([TestBlocks.Block(Other, 9)]), elsewhere = TipSet.Create([TestBlocks.Block(Other, 8)]);
        TipSet without = TipSet.Create([TestBlocks.Block(Other, 10, grandparent)]);
        Assert.Null(await filter.ClaimAsync(TestBlocks.Block(Miner, 11, without), without));
        Assert.Equal(SlashableFault.ParentGrinding, await filter.ClaimAsync(TestBlocks.Block(Miner, 10, grandparent), grandparent));
        Assert.Null(await filter.ClaimAsync(TestBlocks.Block(Miner, 10, elsewhere), elsewhere));
    }

    /// <summary>Each of two hubs claims what the other's claim forbids: only one may.</summary>
    [Theory, EachDatabase]
    public async Task Of_two_claims_at_once_that_forbid_each_other_one_wins(string kind)
    {
        await using var files = new TestDatabase(kind);
        SlashFilter[] filters = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OpenAsync(files)));
        for (long epoch = 10; epoch < 60; epoch += 5)
        {
            TipSet grandparent = TipSet.Create([TestBlocks.Block(Other, epoch - 1)]);
            TipSet without = TipSet.Create([TestBlocks.Block(Other, epoch, grandparent)]);
            SlashableFault?[] answers = await Task.WhenAll(
                Task.Run(() => filters[0].ClaimAsync(TestBlocks.Block(Miner, epoch, grandparent), grandparent)),
                Task.Run(() => filters[1].ClaimAsync(TestBlocks.Block(Miner, epoch + 1, without), without)));
            Assert.Equal([null, SlashableFault.ParentGrinding], answers.Order());
        }
    }

    [Theory, EachDatabase]
    public async Task Of_many_hubs_that_claim_at_once_one_wins(string kind)
    {
        await using var files = new TestDatabase(kind);
        SlashFilter[] filters = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync(files)));
        TipSet parent = TipSet.Create([TestBlocks.Block(Other, 9)]);

        SlashableFault?[] answers = await Task.WhenAll(filters.Select((filter, i) => filter.ClaimAsync(TestBlocks.Block(Miner, 10, parent) with { Timestamp = (ulong)i }, parent)));

        Assert.Equal(1, answers.Count(answer => answer is null));
    }

    private static async Task<SlashFilter> OpenAsync(TestDatabase files)
    {
        var filter = new SlashFilter(SqlDatabase.Open(files.Description));
        await filter.PrepareAsync();
        return filter;
    }
}
