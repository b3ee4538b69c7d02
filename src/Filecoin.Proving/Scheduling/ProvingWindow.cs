using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Proving.Scheduling;

/// <summary>One opening of a deadline.</summary>
/// <param name="Deadline">The deadline's index.</param>
/// <param name="Open">First epoch for proofs; names the window, for a miner has one window at a time.</param>
/// <param name="Close">First epoch too late for proofs.</param>
/// <param name="Challenge">The epoch whose randomness decides on the challenges.</param>
/// <param name="FaultCutoff">First epoch too late for declarations.</param>
public readonly record struct ProvingWindow(ulong Deadline, ChainEpoch Open, ChainEpoch Close, ChainEpoch Challenge, ChainEpoch FaultCutoff)
{
    /// <summary>The window that the chain says is open or comes first.</summary>
    public static ProvingWindow Of(DeadlineInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return new ProvingWindow(info.Index, info.Open, info.Close, info.Challenge, info.FaultCutoff);
    }

    /// <summary>The window that opens when this one closes (go-state-types <c>dline.Info</c>).</summary>
    public ProvingWindow Next(DeadlineInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return new ProvingWindow(
            (Deadline + 1) % info.WPoStPeriodDeadlines, Close, Close + info.WPoStChallengeWindow.Value, Close - info.WPoStChallengeLookback.Value,
            Close - info.FaultDeclarationCutoff.Value);
    }
}
