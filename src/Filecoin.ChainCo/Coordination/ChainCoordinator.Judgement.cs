using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Nodes;

namespace Filecoin.ChainCo.Coordination;

/// <content>Who is live and what the heads are. Everything here runs under the lock and waits for nothing.</content>
public sealed partial class ChainCoordinator
{
    private void Judge(Member member)
    {
        NodeState state = member.Node.State;
        string? fault = state.Connection != NodeConnection.Following ? state.Reason ?? "down"
            : state.Silent ? "it swallows requests"
            : state.ErrorRate >= _options.MaxErrorRate ? $"{state.ErrorRate:P0} of its calls fail"
            : SyncFault(member)
            ?? (member.BadHead is not null ? member.BadHead
                : member.Head is not null && member.Weight < _weightBeforeGrace ? "its head is behind"
                : null);
        if (fault is not null)
        {
            if (!member.Ejected && member.Head is not null)
                LogEjected(_logger, state.Name, fault);
            // A daemon that was never up is not ejected, only not there yet: the pool starts with the first that answers.
            member.Ejected |= member.Head is not null || member.BadHead is not null;
            member.GoodSince = null;
            member.Fault = fault;
            return;
        }

        if (!member.Ejected)
        {
            member.Fault = null;
            return;
        }

        member.GoodSince ??= _time.GetTimestamp();
        if (_time.GetElapsedTime(member.GoodSince.Value) < _options.ReadmitAfter)
        {
            member.Fault = "it was ejected and is on probation";
            return;
        }

        LogReadmitted(_logger, state.Name);
        member.Ejected = false;
        member.GoodSince = null;
        member.Fault = null;
    }

    /// <summary>
    /// What a daemon says against itself. One that has the pool's head has no chain to catch up with: what it still tries to reach is somebody's false
    /// word, and must not take it out of the pool.
    /// </summary>
    private string? SyncFault(Member member)
    {
        NodeSync sync = member.Node.State.Sync;
        if (Freshest.Now is { } now && member.Head is not null && member.Weight >= now.Weight)
            return null;
        return sync.Stage == SyncStage.Failed ? "it says that it cannot synchronise"
            : sync.EpochsToGo > _options.MaxEpochsToGo ? $"it is synchronising and has {sync.EpochsToGo} epochs to go" : null;
    }

    private void Choose()
    {
        // With nobody live, those that at least answer decide: a pool on probation still follows the chain.
        List<Member> voters = [.. _members.Where(member => member.IsLive)];
        if (voters.Count == 0)
            voters = [.. _members.Where(member => member.IsFollowing && member.Head is not null && member.BadHead is null)];
        if (voters.Count == 0)
            return;
        ChooseFreshest(voters);
        ChooseMajority(voters);
        if (Freshest.Head is { } head)
        {
            Headers.Prune(head.Height - _options.Horizon, Protected());
            _chooser.Prune();
        }
    }

    private void ChooseFreshest(List<Member> voters)
    {
        WeighedHead? kept = null;
        if (Freshest.Now is { } current)
        {
            if (_chooser.IsSupported(current.TipSet, voters))
                _freshestSupportedAt = _time.GetTimestamp();
            if (_chooser.IsKept(current.TipSet, _freshestSupportedAt, voters))
                kept = current;
        }

        if (_chooser.Freshest(kept, voters) is not { } best || best.TipSet.Equals(Freshest.Head))
            return;
        Move(Freshest, best.TipSet, best.Weight);
        _freshestSupportedAt = _time.GetTimestamp();
        _history.Enqueue((_freshestSupportedAt, best.Weight));
        if (best.Weight < _weightBeforeGrace)
        {
            // The head was given up for a lighter one: nobody is behind something that is gone.
            _history.Clear();
            _weightBeforeGrace = best.Weight;
        }
    }

    private void ChooseMajority(List<Member> voters)
    {
        if (_chooser.Majority(voters) is not { } best || best.TipSet.Equals(Majority.Head))
            return;
        if (Majority.Head is { } current)
        {
            if (_chooser.IsSupported(current, voters))
                _majoritySupportedAt = _time.GetTimestamp();
            // A majority that only shrank does not take the head back.
            if (Headers.IsOnChain(best.TipSet, current) && _chooser.IsKept(current, _majoritySupportedAt, voters))
                return;
        }

        _majoritySupportedAt = _time.GetTimestamp();
        Move(Majority, best.TipSet, best.Weight);
    }

    private void Move(HeadStream stream, TipSet head, TokenAmount weight)
    {
        if (stream.Head is not { } from)
        {
            stream.Move(head, weight, path: null);
        }
        else if (Headers.Path(from, head) is { } path)
        {
            stream.Move(head, weight, path);
            _metrics.Moved(ReferenceEquals(stream, Freshest) ? "freshest" : "majority", path);
        }
        else
        {
            LogGap(_logger, from.Height.Value, head.Height.Value);
            stream.Restart(head, weight, new HeadGapException());
        }
    }

    private IEnumerable<TipSet> Protected()
    {
        if (Freshest.Head is { } freshest)
            yield return freshest;
        if (Majority.Head is { } majority)
            yield return majority;
        foreach (Member member in _members.Where(member => member.IsLive))
            yield return member.Head!;
    }
}
