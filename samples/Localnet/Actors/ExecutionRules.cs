using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;

namespace Filecoin.Samples.Localnet.Actors;

/// <summary>What every execution on one network shares.</summary>
/// <param name="Policy">The network's constants.</param>
/// <param name="SealVerifier">Checks seal proofs.</param>
/// <param name="AggregateVerifier">Checks aggregates of seal proofs.</param>
/// <param name="PoStVerifier">Checks window and winning PoSts.</param>
internal sealed record ExecutionRules(NetworkPolicy Policy, ISealVerifier SealVerifier, ISealAggregateVerifier AggregateVerifier, IPoStVerifier PoStVerifier)
{
    /// <summary>
    /// Whether every window PoSt is checked when it comes. Otherwise, as on mainnet, those that recover nothing are accepted and can be disputed.
    /// </summary>
    public bool VerifyEveryWindowPoSt { get; init; }

    /// <summary>attoFIL for one win, while the reserve lasts.</summary>
    public TokenAmount BlockReward { get; init; } = TokenAmount.FromFil(1);

    /// <summary>Bytes that the network's power counts as at least in deposits and pledges, so that those of a small network stay small.</summary>
    public long BaselinePower { get; init; } = 1L << 40;
}
