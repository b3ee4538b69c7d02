using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Proxy;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Availability;

/// <summary>Whether a coordinator lives, is ready for calls, and how its daemons stand. Ready means: not draining, a head, and a daemon to ask.</summary>
internal sealed class HealthReport(ChainCoordinator coordinator, CallRouter router, TimeProvider time)
{
    private static readonly TimeSpan OldHead = TimeSpan.FromMinutes(10);
    private int _draining;

    /// <summary>Whether new calls should go elsewhere.</summary>
    public bool IsDraining => Volatile.Read(ref _draining) != 0;

    /// <summary>Makes the coordinator not ready, for good.</summary>
    public void Drain() => Volatile.Write(ref _draining, 1);

    /// <summary>Why the coordinator is not ready; null when it is.</summary>
    public string? NotReady() =>
        IsDraining ? "draining"
        : coordinator.Freshest.Head is not { } head ? "no head yet"
        : coordinator.Fit() is not { Count: > 0 } fit ? "no daemon answers"
        : IsOld(head) && fit.All(node => node.State.Sync.Stage is SyncStage.Syncing or SyncStage.Failed) ? "every daemon is synchronising"
        : null;

    /// <summary>Whether the chain's own time says that there is more of it: a daemon at the head is always synchronising the next tipset.</summary>
    private bool IsOld(TipSet head) => time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds((long)head.Blocks[0].Timestamp) > OldHead;

    /// <summary>Everything in JSON.</summary>
    public byte[] Detail()
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ready"u8, NotReady() is null);
            writer.WriteString("reason"u8, NotReady());
            WriteHead(writer, "freshest", coordinator.Freshest, router.Heads(HeadPolicy.Freshest));
            WriteHead(writer, "majority", coordinator.Majority, router.Heads(HeadPolicy.Majority));
            writer.WriteStartArray("nodes"u8);
            foreach (NodeStanding standing in coordinator.Standings())
                WriteNode(writer, standing);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return json.ToArray();
    }

    private void WriteNode(Utf8JsonWriter writer, NodeStanding standing)
    {
        NodeState state = standing.Node.State;
        Upstream? upstream = router.Pool.Find(standing.Node.Options.Name);
        writer.WriteStartObject();
        writer.WriteString("name"u8, standing.Node.Options.Name);
        writer.WriteBoolean("live"u8, standing.Live);
        writer.WriteString("fault"u8, standing.Fault);
        writer.WriteString("connection"u8, state.Connection.ToString());
        writer.WriteString("kind"u8, state.Identity?.Kind.ToString());
        writer.WriteString("version"u8, state.Identity?.Version);
        writer.WriteString("sync"u8, state.Sync.Stage.ToString());
        writer.WriteNumber("epochsToGo"u8, state.Sync.EpochsToGo);
        writer.WriteBoolean("drained"u8, standing.Node.Options.Drained);
        writer.WriteNumber("weight"u8, standing.Node.Options.Weight);
        writer.WriteNumber("priority"u8, standing.Node.Options.Priority);
        if (standing.Head is { } head)
            writer.WriteNumber("height"u8, head.Height.Value);
        writer.WriteNumber("latencyMs"u8, Math.Round(state.Latency.TotalMilliseconds, 3));
        writer.WriteNumber("errorRate"u8, Math.Round(state.ErrorRate, 4));
        writer.WriteNumber("answered"u8, upstream?.Answered ?? 0);
        writer.WriteNumber("failed"u8, upstream?.Failed ?? 0);
        writer.WriteBoolean("breakerClosed"u8, upstream?.IsOpen ?? true);
        writer.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter writer, string name, HeadStream stream, RpcBroadcast clients)
    {
        writer.WriteStartObject(name);
        if (stream.Head is { } head)
        {
            writer.WriteNumber("height"u8, head.Height.Value);
            writer.WriteString("key"u8, head.Key.ToString());
            writer.WriteString("weight"u8, stream.Now?.Weight.ToString());
        }

        writer.WriteNumber("subscribers"u8, clients.ListenerCount);
        writer.WriteEndObject();
    }
}
