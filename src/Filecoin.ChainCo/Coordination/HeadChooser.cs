using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Coordination;

/// <summary>
/// The rules by which heads of members become heads of the pool. Pure decisions over the members, the store and the clock; not safe for concurrent use.
/// </summary>
/// <remarks>
/// Headers carry signatures that this library does not check, so a single daemon could invent a chain. A head therefore counts only when a second live
/// daemon has it or says that it knows it: honest daemons never keep blocks that fail validation. Only when all others stand still for long
/// (<see cref="CoordinatorOptions.LoneLeader"/>) is one daemon believed alone.
/// </remarks>
internal sealed class HeadChooser(HeaderStore store, CoordinatorOptions options, TimeProvider time)
{
    private readonly Dictionary<TipSetKey, Marks> _marks = [];

    /// <summary>Notes that a member's chain holds a tipset and all its ancestors.</summary>
    public void MarkHad(Member member, TipSet head)
    {
        foreach (TipSet tipset in store.ChainOf(head))
        {
            Marks marks = _marks.GetValueOrDefault(tipset.Key);
            if ((marks.Had & member.Bit) != 0)
                return;
            _marks[tipset.Key] = marks with { Had = marks.Had | member.Bit };
        }
    }

    /// <summary>Notes that a member knows a tipset that was never on its chain, as far as was seen.</summary>
    public void MarkKnows(Member member, TipSetKey key)
    {
        Marks marks = _marks.GetValueOrDefault(key);
        _marks[key] = marks with { Knows = marks.Knows | member.Bit };
    }

    public Marks MarksOf(TipSetKey key) => _marks.GetValueOrDefault(key);

    /// <summary>Forgets a member's marks, so that its bit can be given to another.</summary>
    public void Forget(Member member)
    {
        foreach ((TipSetKey key, Marks marks) in _marks.ToList())
            _marks[key] = new Marks(marks.Had & ~member.Bit, marks.Knows & ~member.Bit);
    }

    /// <summary>Forgets marks of tipsets that the store dropped.</summary>
    public void Prune()
    {
        if (_marks.Count <= 2 * store.Count + 64)
            return;
        foreach (TipSetKey key in _marks.Keys.Where(key => !store.TryGet(key, out _)).ToList())
            _marks.Remove(key);
    }

    /// <summary>Whether a member's head may become the pool's.</summary>
    public bool IsBelievable(Member member, IReadOnlyList<Member> voters)
    {
        List<Member> others = [.. voters.Where(other => other != member)];
        if (others.Count == 0)
            return true;
        ulong bits = others.Aggregate(0UL, (mask, other) => mask | other.Bit);
        if ((_marks.GetValueOrDefault(member.Head!.Key).Any & bits) != 0)
            return true;
        TimeSpan patience = others.Count == 1 ? options.LoneLeaderOfTwo : options.LoneLeader;
        return time.GetElapsedTime(member.HeadAt) >= options.BehindGrace && others.All(other => time.GetElapsedTime(other.HeadAt) >= patience);
    }

    /// <summary>
    /// Whether the pool keeps a head: while a member has it; not when a member that had it moved away; for a while when those that had it went down.
    /// </summary>
    public bool IsKept(TipSet head, long lastSupported, IReadOnlyList<Member> voters)
    {
        ulong had = _marks.GetValueOrDefault(head.Key).Had;
        if (voters.Any(member => store.IsOnChain(head, member.Head!)))
            return true;
        return !voters.Any(member => (had & member.Bit) != 0) && time.GetElapsedTime(lastSupported) < options.OrphanGrace;
    }

    public bool IsSupported(TipSet head, IReadOnlyList<Member> voters) => voters.Any(member => store.IsOnChain(head, member.Head!));

    /// <summary>The freshest policy: the heaviest believable head, the kept one until another wins.</summary>
    public WeighedHead? Freshest(WeighedHead? kept, IReadOnlyList<Member> voters)
    {
        WeighedHead? best = kept;
        foreach (Member member in voters)
        {
            if (best is not null && !ChainWeight.Wins(member.Head!, member.Weight, best.TipSet, best.Weight))
                continue;
            if (IsBelievable(member, voters))
                best = new WeighedHead(member.Head!, member.Weight);
        }

        return best;
    }

    /// <summary>The majority policy: the newest tipset on the chains of more than half of the members. Two such are always on one chain.</summary>
    public WeighedHead? Majority(IReadOnlyList<Member> voters)
    {
        int quorum = (voters.Count / 2) + 1;
        WeighedHead? best = null;
        for (int i = 0; i < voters.Count; i++)
        {
            for (int j = i; j < voters.Count; j++)
            {
                // The newest tipset common to a majority is the head of one of them or the point where two of them part.
                TipSet? candidate = i == j ? voters[i].Head : store.CommonAncestor(voters[i].Head!, voters[j].Head!);
                if (candidate is null || (best is not null && candidate.Height <= best.TipSet.Height)
                    || voters.Count(member => store.IsOnChain(candidate, member.Head!)) < quorum)
                    continue;
                best = new WeighedHead(candidate, WeightOf(candidate, voters[i]));
            }
        }

        return best;
    }

    // A tipset's weight is its child's ParentWeight; only a head has none yet and takes the daemon's word.
    private TokenAmount WeightOf(TipSet tipset, Member member)
    {
        TipSet? child = null;
        foreach (TipSet at in store.ChainOf(member.Head!))
        {
            if (at.Equals(tipset))
                return child?.ParentWeight ?? member.Weight;
            child = at;
        }

        return member.Weight;
    }
}
