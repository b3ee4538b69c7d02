using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>When deadlines open and what may be done to them when (builtin-actors <c>deadline_info.rs</c>, <c>deadlines.rs</c>).</summary>
internal static class DeadlineRules
{
    /// <summary>The deadline that is open at an epoch.</summary>
    /// <param name="policy">The network's constants.</param>
    /// <param name="periodStart">First epoch of any of the miner's proving periods.</param>
    /// <param name="epoch">The epoch.</param>
    public static DeadlineInfo Current(NetworkPolicy policy, long periodStart, long epoch)
    {
        long start = epoch - Modulo(epoch - periodStart, policy.WPoStProvingPeriod);
        return At(policy, start, (ulong)((epoch - start) / policy.WPoStChallengeWindow), epoch);
    }

    /// <summary>A deadline of the period that starts at <paramref name="periodStart"/>.</summary>
    public static DeadlineInfo At(NetworkPolicy policy, long periodStart, ulong index, long epoch)
    {
        long open = periodStart + ((long)index * policy.WPoStChallengeWindow);
        return new DeadlineInfo(
            epoch, periodStart, index, open, open + policy.WPoStChallengeWindow, open - policy.WPoStChallengeLookback,
            open - policy.FaultDeclarationCutoff, (ulong)policy.WPoStPeriodDeadlines, policy.WPoStProvingPeriod,
            policy.WPoStChallengeWindow, policy.WPoStChallengeLookback, policy.FaultDeclarationCutoff);
    }

    /// <summary>The next occurrence of a deadline that has not closed.</summary>
    public static DeadlineInfo NextNotElapsed(NetworkPolicy policy, long periodStart, ulong index, long epoch)
    {
        DeadlineInfo info = At(policy, Current(policy, periodStart, epoch).PeriodStart.Value, index, epoch);
        return epoch < info.Close.Value ? info : At(policy, info.PeriodStart.Value + policy.WPoStProvingPeriod, index, epoch);
    }

    /// <summary>The last epoch of a deadline, at whose end the deadline is settled.</summary>
    public static long Last(this DeadlineInfo info) => info.Close.Value - 1;

    /// <summary>Whether sectors may come into a deadline or leave it: not while it is open nor in the window before.</summary>
    public static bool IsMutable(NetworkPolicy policy, long periodStart, ulong index, long epoch) =>
        epoch < NextNotElapsed(policy, periodStart, index, epoch).Open.Value - policy.WPoStChallengeWindow;

    /// <summary>Whether proofs of a deadline's last window can be disputed.</summary>
    public static bool IsDisputable(NetworkPolicy policy, long periodStart, ulong index, long epoch)
    {
        DeadlineInfo info = NextNotElapsed(policy, periodStart, index, epoch);
        return epoch < info.Open.Value && epoch < info.Close.Value - policy.WPoStProvingPeriod + policy.WPoStDisputeWindow;
    }

    /// <summary>The end of the deadline at which a sector with this expiration ends: the first at or after it.</summary>
    public static long QuantizeUp(NetworkPolicy policy, long last, long epoch) => epoch + Modulo(last - epoch, policy.WPoStProvingPeriod);

    private static long Modulo(long value, long modulus) => ((value % modulus) + modulus) % modulus;
}
