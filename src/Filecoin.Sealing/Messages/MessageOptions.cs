using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Sealing.Messages;

/// <summary>How messages are sent and watched.</summary>
public sealed record MessageOptions
{
    private const long BlockGasLimit = 10_000_000_000;

    /// <summary>Constants of the network. Default: mainnet.</summary>
    public NetworkPolicy Policy { get; init; } = NetworkPolicy.Mainnet;

    /// <summary>attoFIL in fees at most, by kind.</summary>
    public ImmutableDictionary<MessageKind, TokenAmount> MaxFees { get; init; } = new Dictionary<MessageKind, TokenAmount>
    {
        [MessageKind.PreCommit] = TokenAmount.ParseFil("1"),
        [MessageKind.ProveCommit] = TokenAmount.ParseFil("1.5"),
        [MessageKind.WindowPoSt] = TokenAmount.FromFil(5),
        [MessageKind.Declaration] = TokenAmount.FromFil(1),
        [MessageKind.Termination] = TokenAmount.FromFil(2),
        [MessageKind.Other] = TokenAmount.ParseFil("0.1"),
    }.ToImmutableDictionary();

    /// <summary>Epochs on top of a message before it counts as landed. Default: the network's.</summary>
    public int Confidence
    {
        get => field < 0 ? Policy.MessageConfidence : field;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = -1;

    /// <summary>Epochs in the pool after which a message's fees are raised, or a number that is missing below it is used up.</summary>
    public int ReplaceAfter { get; init => field = Positive(value, nameof(ReplaceAfter)); } = 10;

    /// <summary>
    /// Percent of the gas premium that a replacement offers: Lotus' pool takes no less than 110 percent and one attoFIL
    /// (lotus chain/messagepool <c>ComputeMinRBF</c>), and offers 125 itself.
    /// </summary>
    public int ReplacePercent
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 111);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1000);
            field = value;
        }
    } = 125;

    /// <summary>Epochs after which bytes that still wait are pushed again: pools forget.</summary>
    public int RepushAfter { get; init => field = Positive(value, nameof(RepushAfter)); } = 3;

    /// <summary>Times that a message which ran out of gas is sent with half as much gas again.</summary>
    public int MoreGasTries { get; init => field = Positive(value, nameof(MoreGasTries)); } = 3;

    /// <summary>Times that a message gets a new number because another program's message took its own.</summary>
    public int RenumberTries { get; init => field = Positive(value, nameof(RenumberTries)); } = 5;

    /// <summary>
    /// Gas units at most, by kind. A message that is estimated above is not sent, and its reason says so; one that ran out of gas gets no more than this.
    /// Default: a block's (BLOCK_GAS_LIMIT, lotus build/buildconstants), and half of it for what must share a block with others of its kind.
    /// </summary>
    public ImmutableDictionary<MessageKind, long> GasLimits { get; init; } = new Dictionary<MessageKind, long>
    {
        [MessageKind.PreCommit] = BlockGasLimit / 2,
        [MessageKind.ProveCommit] = BlockGasLimit / 2,
        [MessageKind.WindowPoSt] = BlockGasLimit,
        [MessageKind.Declaration] = BlockGasLimit / 2,
        [MessageKind.Termination] = BlockGasLimit,
        [MessageKind.Other] = BlockGasLimit / 10,
    }.ToImmutableDictionary();

    /// <summary>Longest time between two looks at a message after something went wrong.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Messages that one round of the watcher looks at.</summary>
    public int RoundSize { get; init => field = Positive(value, nameof(RoundSize)); } = 500;

    /// <summary>The fee cap of a kind.</summary>
    public TokenAmount MaxFee(MessageKind kind) => MaxFees.TryGetValue(kind, out TokenAmount fee) ? fee : MaxFees[MessageKind.Other];

    /// <summary>The gas limit of a kind.</summary>
    public long GasLimit(MessageKind kind) => GasLimits.TryGetValue(kind, out long limit) ? limit : GasLimits[MessageKind.Other];

    private static int Positive(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return value;
    }
}
