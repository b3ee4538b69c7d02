using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Localnet.Actors;

/// <summary>
/// What work costs in gas. A coarse stand-in for the FVM's price list: a message pays for its bytes, for its call, and for each
/// proof and sector it touches, in the proportions of mainnet, so that limits, estimates and running out of gas behave alike.
/// </summary>
internal static class GasSchedule
{
    /// <summary>Gas that all messages of one block may ask for.</summary>
    public const long BlockLimit = 10_000_000_000;

    /// <summary>Being on the chain at all.</summary>
    public const long Message = 40_000;

    /// <summary>Each byte of the message on the chain, and of what it returns.</summary>
    public const long Byte = 1_300;

    /// <summary>A call of a method.</summary>
    public const long Call = 500_000;

    /// <summary>Making an actor.</summary>
    public const long CreateActor = 1_000_000;

    /// <summary>Checking a seal proof.</summary>
    public const long SealProof = 42_000_000;

    /// <summary>Checking an aggregate of seal proofs.</summary>
    public const long AggregateProof = 100_000_000;

    /// <summary>Each sector of an aggregate.</summary>
    public const long AggregatedSector = 500_000;

    /// <summary>Checking a PoSt of one partition.</summary>
    public const long PoStProof = 120_000_000;

    /// <summary>A sector that is precommitted, committed, extended or terminated.</summary>
    public const long Sector = 2_000_000;

    /// <summary>A partition that is read and written.</summary>
    public const long Partition = 5_000_000;
}

/// <summary>How the gas limit of a message is settled (lotus <c>chain/vm/burn.go</c>).</summary>
/// <param name="Burnt">attoFIL burnt: the base fee of the gas used, and a fine for asking for much more than that.</param>
/// <param name="Tip">attoFIL for the block's miner.</param>
/// <param name="Refund">attoFIL back to the sender.</param>
/// <param name="MinerPenalty">attoFIL that the miner owes for a message whose fee cap is below the base fee.</param>
internal sealed record FeeSettlement(TokenAmount Burnt, TokenAmount Tip, TokenAmount Refund, TokenAmount MinerPenalty)
{
    /// <summary>Settles a message that used <paramref name="used"/>.</summary>
    public static FeeSettlement Of(Message message, long used, TokenAmount baseFee)
    {
        long limit = message.GasLimit;
        TokenAmount paid = baseFee < message.GasFeeCap ? baseFee : message.GasFeeCap;
        TokenAmount penalty = (baseFee - paid) * used;
        TokenAmount room = message.GasFeeCap - paid;
        TokenAmount tip = (message.GasPremium < room ? message.GasPremium : room) * limit;
        TokenAmount burnt = paid * (used + Overestimation(used, limit));
        return new FeeSettlement(burnt, tip, (message.GasFeeCap * limit) - burnt - tip, penalty);
    }

    /// <summary>Gas burnt because the limit is more than a tenth above the use.</summary>
    public static long Overestimation(long used, long limit)
    {
        if (used == 0)
            return limit;
        long over = limit - (11 * used / 10);
        if (over <= 0)
            return 0;
        return (long)((System.Numerics.BigInteger)(limit - used) * Math.Min(over, used) / used);
    }
}

/// <summary>The base fee from tipset to tipset (lotus <c>chain/store/basefee.go</c>).</summary>
internal static class BaseFee
{
    /// <summary>attoFIL a gas unit at least.</summary>
    public static TokenAmount Minimum { get; } = new(100);

    /// <summary>The base fee after a tipset whose blocks ask for so much gas.</summary>
    /// <param name="current">The base fee of the tipset.</param>
    /// <param name="gasLimits">Gas limits of all its distinct messages together.</param>
    /// <param name="blocks">How many blocks it has.</param>
    public static TokenAmount Next(TokenAmount current, long gasLimits, int blocks)
    {
        const long target = GasSchedule.BlockLimit / 2;
        long delta = Math.Clamp((long)((System.Numerics.BigInteger)125 * gasLimits / (Math.Max(1, blocks) * 100)) - target, -target, target);
        var next = new TokenAmount(current.Atto + (current.Atto * delta / target / 8));
        return next < Minimum ? Minimum : next;
    }
}
