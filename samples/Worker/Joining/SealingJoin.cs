using System.Net;

namespace Filecoin.Samples.Worker.Joining;

/// <summary>How a machine joins those that share a database.</summary>
internal sealed record SealingJoin
{
    /// <summary><c>postgres://…</c>, or the path of an SQLite file that processes of one machine share.</summary>
    public required string Database { get; init; }

    /// <summary>The engine's task types that this machine takes; none for a machine that only stores.</summary>
    public required IReadOnlyList<string> Tasks { get; init; }

    /// <summary>Whether the user named the tasks, and so wants to hear what cannot be.</summary>
    public required bool TasksAreChosen { get; init; }

    /// <summary>Storage paths.</summary>
    public required IReadOnlyList<string> Storage { get; init; }

    /// <summary>Whether directories that are no storage paths yet become some.</summary>
    public required bool InitStorage { get; init; }

    /// <summary>Where storage is served.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>As others reach it; null for this host's name and the port.</summary>
    public required Uri? Url { get; init; }

    /// <summary>The node, where not the hub's.</summary>
    public required string? Node { get; init; }

    /// <summary>Its name; null for its address.</summary>
    public required string? Machine { get; init; }

    /// <summary>A directory of parent caches; null for none.</summary>
    public required string? Parents { get; init; }

    /// <summary>Threads of one task, and cores that tasks share.</summary>
    public required int Threads { get; init; }

    /// <summary>How long a machine may be silent before others take over; the same on all of them.</summary>
    public required TimeSpan Lease { get; init; }
}
