using System.Numerics;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>
/// Deposits, pledges and penalties (builtin-actors <c>monies.rs</c>), from the epoch's constant reward and the network's power now instead of
/// smoothed estimates, and with a proving period for a day.
/// </summary>
/// <param name="rules">The network's rules.</param>
/// <param name="state">The state that tells the network's power and supply.</param>
internal sealed class Economics(ExecutionRules rules, StateTree state)
{
    /// <summary>attoFIL for the first to dispute an invalid window PoSt (BASE_REWARD_FOR_DISPUTED_WINDOW_POST).</summary>
    public static readonly TokenAmount DisputeReward = TokenAmount.FromFil(4);

    private const int ExpectedLeaders = 5;
    private const int VerifiedMultiplier = 10;
    private static readonly TokenAmount DisputePenalty = TokenAmount.FromFil(20);

    /// <summary>Bytes that count as the network's power.</summary>
    public BigInteger NetworkPower { get; } = BigInteger.Max(
        rules.BaselinePower, state.Power.Values.Aggregate(BigInteger.Zero, (sum, power) => sum + power.QA.Atto));

    /// <summary>attoFIL locked by a precommit: twenty days' reward of the sector if it were full of verified deals.</summary>
    public TokenAmount PreCommitDeposit(ulong sectorSize) => AtLeastOne(ExpectedReward((BigInteger)sectorSize * VerifiedMultiplier, 20, 1));

    /// <summary>attoFIL locked by a sector: twenty days' reward and its share of three tenths of the supply, at most 1 FIL for 32 GiB.</summary>
    public TokenAmount InitialPledge(BigInteger power)
    {
        TokenAmount supply = state.Supply - state.Actors[SingletonActors.Reward].Balance - state.Actors[SingletonActors.Burnt].Balance;
        var share = new TokenAmount(supply.Atto * 3 * power / (BigInteger.Max(NetworkPower, power) * 10));
        TokenAmount pledge = AtLeastOne(ExpectedReward(power, 20, 1)) + share;
        var cap = new TokenAmount(TokenAmount.AttoPerFil / (32L << 30) * power);
        return pledge < cap ? pledge : cap;
    }

    /// <summary>attoFIL for each day that faulty sectors stay faulty: 3.51 days' reward.</summary>
    public TokenAmount ContinuedFault(BigInteger power) => ExpectedReward(power, 351, 100);

    /// <summary>attoFIL for a disputed window PoSt: 5.51 days' reward and 20 FIL.</summary>
    public TokenAmount InvalidWindowPoSt(BigInteger power) => ExpectedReward(power, 551, 100) + DisputePenalty;

    /// <summary>attoFIL for ending a sector early (FIP-0098): 8.5 % of its pledge, less when younger than 140 days, never less than 2 % or 1.05 fault fees.</summary>
    public TokenAmount Termination(SectorOnChainInfo sector, ulong sectorSize, long epoch)
    {
        BigInteger pledge = sector.InitialPledge.Atto;
        BigInteger simple = pledge * 85 / 1000;
        BigInteger byAge = simple * (epoch - sector.Activation.Value) / (140 * rules.Policy.WPoStProvingPeriod);
        BigInteger least = BigInteger.Max(pledge * 2 / 100, ContinuedFault(sectorSize).Atto * 105 / 100);
        return new TokenAmount(BigInteger.Max(BigInteger.Min(simple, byAge), least));
    }

    private TokenAmount ExpectedReward(BigInteger power, int days, int divisor) => new(
        rules.BlockReward.Atto * ExpectedLeaders * rules.Policy.WPoStProvingPeriod * days * power / (NetworkPower * divisor));

    private static TokenAmount AtLeastOne(TokenAmount amount) => amount.Atto.IsZero ? new TokenAmount(1) : amount;
}
