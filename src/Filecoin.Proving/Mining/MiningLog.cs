using System.Diagnostics.Metrics;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Proving.Mining;

/// <summary>Counts rounds, on the meter <see cref="MeterName"/> and for the state.</summary>
internal sealed class MiningLog : IDisposable
{
    public const string MeterName = "Filecoin.Proving.Mining";

    private readonly Lock _lock = new();
    private readonly Queue<MiningRound> _rounds = new();
    private readonly Dictionary<Address, MiningTally> _tallies;
    private readonly int _kept;
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _count;
    private readonly Histogram<double> _took;
    private readonly Histogram<double> _late;

    public MiningLog(IReadOnlyList<Address> miners, int kept)
    {
        _kept = kept;
        _tallies = miners.ToDictionary(miner => miner, miner => new MiningTally(miner, 0, 0, 0, 0, 0));
        _count = _meter.CreateCounter<long>("filecoin.mining.rounds", "{round}", "Epochs of miners, by outcome.");
        _took = _meter.CreateHistogram<double>("filecoin.mining.block", "s", "Time from the base's information to the block.");
        _late = _meter.CreateHistogram<double>("filecoin.mining.lateness", "s", "How long after its timestamp a block was published.");
    }

    public MiningState State
    {
        get
        {
            lock (_lock)
                return new MiningState([.. _tallies.Values], [.. _rounds]);
        }
    }

    public void Add(MiningRound round)
    {
        _count.Add(1, new KeyValuePair<string, object?>("outcome", round.Outcome.ToString()));
        bool published = round.Outcome is MiningOutcome.Published or MiningOutcome.PublishedLate;
        if (published)
        {
            _took.Record(round.Took.TotalSeconds);
            _late.Record(round.Late.TotalSeconds);
        }

        lock (_lock)
        {
            _rounds.Enqueue(round);
            if (_rounds.Count > _kept)
                _rounds.Dequeue();
            MiningTally tally = _tallies[round.Miner];
            _tallies[round.Miner] = tally with
            {
                Eligible = tally.Eligible + (round.Outcome == MiningOutcome.NotEligible ? 0 : 1),
                Won = tally.Won + (round.WinCount > 0 ? 1 : 0),
                Published = tally.Published + (published ? 1 : 0),
                Late = tally.Late + (round.Outcome == MiningOutcome.PublishedLate ? 1 : 0),
                Lost = tally.Lost + (round.WinCount > 0 && !published ? 1 : 0),
            };
        }
    }

    public void Dispose() => _meter.Dispose();
}
