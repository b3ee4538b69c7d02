using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Tests.Coordination;

public sealed class HeaderStoreTests
{
    private readonly SimChain _chain = new();
    private readonly HeaderStore _store = new();

    [Fact]
    public void A_path_reverts_newest_first_and_applies_oldest_first()
    {
        TipSet fork = Grow(_chain.Genesis, 3);
        TipSet left = Grow(fork, 3), right = Grow(fork, 2);
        IReadOnlyList<HeadChange> path = _store.Path(left, right)!;
        Assert.Equal([6, 5, 4, 4, 5], path.Select(step => step.Val.Height.Value));
        Assert.Equal([1, 1, 1, 2, 2], path.Select(step => (int)step.Type));
        Assert.Empty(_store.Path(left, left)!);
        Assert.Equal(fork, _store.CommonAncestor(left, right));
        Assert.True(_store.IsOnChain(fork, left));
        Assert.False(_store.IsOnChain(left, right));
        Assert.False(_store.IsOnChain(left, fork));
    }

    [Fact]
    public void A_path_beyond_what_is_kept_is_unknown()
    {
        TipSet left = Grow(_chain.Genesis, 5);
        var other = new SimChain(2);
        TipSet stranger = other.Grow(other.Genesis, 5);
        _store.Add(stranger);
        Assert.Null(_store.Path(left, stranger));
    }

    [Fact]
    public void Null_rounds_resolve_to_the_one_before_or_after()
    {
        TipSet two = Grow(_chain.Genesis, 2), six = Add(_chain.Extend(two, nulls: 3)), head = Grow(six, 1);
        Assert.Equal(two, _store.ByHeight(4, head));
        Assert.Equal(six, _store.ByHeight(4, head, after: true));
        Assert.Equal(six, _store.ByHeight(6, head));
        Assert.Equal(head, _store.ByHeight(7, head));
        Assert.Null(_store.ByHeight(8, head));
        Assert.Null(_store.ByHeight(0, head) is { Height.Value: not 0 } wrong ? wrong : null);
    }

    [Fact]
    public void The_store_stays_bounded_and_keeps_what_is_protected()
    {
        var small = new HeaderStore(50);
        TipSet head = _chain.Genesis;
        small.Add(head);
        for (int i = 0; i < 200; i++)
        {
            head = _chain.Extend(head);
            small.Add(head);
            for (int fork = 0; fork < 5; fork++)
                small.Add(_chain.Extend(_chain[head.Parents]));
            small.Prune(head.Height - 30, [head]);
            Assert.InRange(small.Count, 1, 50);
        }

        Assert.Equal(31, small.ChainOf(head).Count());
        Assert.Null(small.ByHeight(head.Height - 31, head));
    }

    private TipSet Grow(TipSet from, int length)
    {
        Add(from);
        for (int i = 0; i < length; i++)
            from = Add(_chain.Extend(from));
        return from;
    }

    private TipSet Add(TipSet tipset)
    {
        _store.Add(tipset);
        return tipset;
    }
}
