using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;

namespace Filecoin.ChainCo.Coordination;

/// <content>What is asked of daemons in the background: whether they know a head, and ancestors that are not kept. Runs outside the lock.</content>
public sealed partial class ChainCoordinator
{
    /// <summary>Asks the others about heads that only one daemon has.</summary>
    private void AskOthers()
    {
        List<(Member Member, TipSetKey Key)> questions = [];
        lock (_lock)
        {
            List<Member> voters = [.. _members.Where(member => member.IsLive)];
            foreach (Member leader in voters)
            {
                TipSetKey key = leader.Head!.Key;
                if ((_chooser.MarksOf(key).Any & ~leader.Bit) != 0
                    || (Freshest.Now is { } now && !ChainWeight.Wins(leader.Head, leader.Weight, now.TipSet, now.Weight)))
                    continue;
                questions.AddRange(voters.Where(other => other != leader && _asking.Add((other, key))).Select(other => (other, key)));
            }
        }

        foreach ((Member member, TipSetKey key) in questions)
            _ = AskAsync(member, key);
    }

    /// <summary>Completes the headers of the head's chain back to the horizon, a few at a time.</summary>
    private async Task DeepenAsync()
    {
        try
        {
            if (Freshest.Head is not { } head)
                return;
            TipSet oldest = Headers.ChainOf(head).Last();
            for (int i = 0; i < DeepenAtOnce && oldest.Height.Value > Math.Max(0, head.Height.Value - _options.Horizon) && !oldest.Parents.IsEmpty; i++)
            {
                if (await GetTipSetAsync(oldest.Parents, _stopping.Token).ConfigureAwait(false) is not { } parent || parent.Height >= oldest.Height)
                    return;
                Headers.Add(parent);
                oldest = parent;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The coordinator ends.
        }
        finally
        {
            Interlocked.Exchange(ref _deepening, 0);
        }
    }

    private async Task AskAsync(Member member, TipSetKey key)
    {
        bool knows = false;
        try
        {
            knows = (await member.Node.GetTipSetAsync(key, _stopping.Token).ConfigureAwait(false)).Key.Equals(key);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or ObjectDisposedException)
        {
            // It does not know it yet, or does not say: it is asked again at the next tick.
        }

        lock (_lock)
        {
            _asking.Remove((member, key));
            if (!knows || !_members.Contains(member))
                return;
            _chooser.MarkKnows(member, key);
            Choose();
        }
    }
}
