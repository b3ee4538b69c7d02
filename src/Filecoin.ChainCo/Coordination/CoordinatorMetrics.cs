using System.Diagnostics.Metrics;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Coordination;

/// <summary>The coordinator's instruments, on the meter <see cref="MeterName"/>.</summary>
public sealed class CoordinatorMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Filecoin.ChainCo";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _changes;

    internal CoordinatorMetrics(ChainCoordinator coordinator)
    {
        _changes = _meter.CreateCounter<long>("filecoin.chainco.head.changes", "{tipset}", "Tipsets applied and reverted, by policy.");
        _meter.CreateObservableGauge(
            "filecoin.chainco.head.height",
            () => new[] { Height("freshest", coordinator.Freshest), Height("majority", coordinator.Majority) },
            "{epoch}", "The head's height, by policy; -1 before the first head.");
        _meter.CreateObservableGauge(
            "filecoin.chainco.node.live",
            () => coordinator.Standings().Select(standing => new Measurement<int>(standing.Live ? 1 : 0, Node(standing))),
            description: "1 for a daemon whose head counts and that gets calls, else 0.");
        _meter.CreateObservableGauge(
            "filecoin.chainco.node.behind",
            () => coordinator.Standings().Where(standing => standing.EpochsBehind is not null)
                .Select(standing => new Measurement<long>(standing.EpochsBehind!.Value, Node(standing))),
            "{epoch}", "How far a daemon's head lies behind the freshest head.");
        _meter.CreateObservableGauge(
            "filecoin.chainco.node.latency",
            () => coordinator.Standings().Select(standing => new Measurement<double>(standing.Node.State.Latency.TotalSeconds, Node(standing))),
            "s", "Smoothed time of a daemon's heartbeat.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Moved(string policy, IReadOnlyList<HeadChange> path)
    {
        foreach (IGrouping<HeadChangeType, HeadChange> kind in path.GroupBy(step => step.Type))
        {
            _changes.Add(
                kind.Count(), new KeyValuePair<string, object?>("policy", policy),
                new KeyValuePair<string, object?>("type", kind.Key == HeadChangeType.Revert ? "revert" : "apply"));
        }
    }

    private static Measurement<long> Height(string policy, HeadStream stream) =>
        new(stream.Head?.Height.Value ?? -1, new KeyValuePair<string, object?>("policy", policy));

    private static KeyValuePair<string, object?> Node(NodeStanding standing) => new("node", standing.Node.Options.Name);
}
