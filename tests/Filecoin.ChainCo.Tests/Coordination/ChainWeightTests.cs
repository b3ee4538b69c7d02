using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Tests.Chain;

namespace Filecoin.ChainCo.Tests.Coordination;

public sealed class ChainWeightTests
{
    private readonly SimChain _chain = new();

    [Fact]
    public void Mainnet_weights_are_explained_by_mainnets_power()
    {
        // Height 4863283 had one win; its network had between 2^64 and 2^65 bytes of quality-adjusted power.
        TipSet tipset = JsonSerializer.Deserialize(GoldenChain.TipSet(), ChainJsonContext.Default.TipSet)!;
        TokenAmount weight = ChainWeight.Of(tipset, 64);
        Assert.Equal(new TokenAmount(116013147118 + (64 * 256) + (64 * 256 / 10)), weight);
        Assert.Equal(64, ChainWeight.Explain(tipset, weight));
        Assert.Null(ChainWeight.Explain(tipset, weight + new TokenAmount(1)));
        Assert.Null(ChainWeight.Explain(tipset, tipset.ParentWeight));
        Assert.Null(ChainWeight.Explain(tipset, new TokenAmount(weight.Atto * 10)));
    }

    [Fact]
    public void Heavier_wins_and_more_blocks_alone_do_not()
    {
        TipSet parent = _chain.Genesis, one = _chain.Extend(parent, blocks: 1, wins: 6), five = _chain.Extend(parent, blocks: 5, wins: 1);
        Assert.True(ChainWeight.Wins(one, SimChain.WeightOf(one), five, SimChain.WeightOf(five)));
        Assert.False(ChainWeight.Wins(five, SimChain.WeightOf(five), one, SimChain.WeightOf(one)));
    }

    [Fact]
    public void A_tie_goes_to_the_lower_ticket_at_the_first_difference_and_an_unbroken_one_to_the_present()
    {
        TipSet parent = _chain.Genesis;
        BlockHeader[] blocks = [.. Enumerable.Range(0, 40).Select(_ => _chain.Block(parent, 1, 1)).OrderBy(b => Convert.ToHexString(b.Ticket!.Digest()), StringComparer.Ordinal)];
        TokenAmount same = new(1000);
        TipSet low = TipSet.Create([blocks[0], blocks[30]]), high = TipSet.Create([blocks[1], blocks[2]]);
        Assert.True(ChainWeight.Wins(low, same, high, same));
        Assert.False(ChainWeight.Wins(high, same, low, same));
        TipSet lowSecond = TipSet.Create([blocks[0], blocks[20]]);
        Assert.True(ChainWeight.Wins(lowSecond, same, low, same));
        TipSet prefix = TipSet.Create([blocks[0]]);
        Assert.False(ChainWeight.Wins(prefix, same, low, same));
        Assert.False(ChainWeight.Wins(low, same, prefix, same));
        Assert.False(ChainWeight.Wins(low, same, low, same));
    }

    [Fact]
    public void Wins_that_no_honest_block_has_explain_nothing()
    {
        TipSet greedy = _chain.Extend(_chain.Genesis, wins: 16), crowd = _chain.Extend(_chain.Genesis, blocks: 8, wins: 15);
        Assert.Null(ChainWeight.Explain(greedy, SimChain.WeightOf(greedy)));
        Assert.Null(ChainWeight.Explain(crowd, SimChain.WeightOf(crowd)));
    }
}
