using Filecoin.ChainCo.Chain;

namespace Filecoin.Sealing.Pipeline;

/// <summary>When the proofs of a commit message are aggregated into one (SnarkPack).</summary>
public sealed record AggregateOptions
{
    /// <summary>
    /// Sectors of a message at least: below, each goes with its own proof. Never fewer than the network takes
    /// (<see cref="NetworkPolicy.MinAggregatedSectors"/>), which is where an aggregate begins to cost less gas.
    /// </summary>
    public int MinSectors
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MinSectors));
            field = value;
        }
    } = 4;

    /// <summary>
    /// attoFIL a gas unit: below this base fee of the head, each sector goes with its own proof. Zero, the default, aggregates at any fee, since
    /// the network no longer burns a fee of its own for aggregates (FIP-0100); where gas is nearly free, time may be worth more than it.
    /// </summary>
    public TokenAmount MinBaseFee { get; init; } = TokenAmount.Zero;
}
