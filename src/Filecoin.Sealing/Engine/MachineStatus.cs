namespace Filecoin.Sealing.Engine;

/// <summary>Whether a machine is there.</summary>
public enum MachinePresence
{
    /// <summary>Its lease holds.</summary>
    Here,

    /// <summary>Its lease has run out; its tasks are about to be taken over, unless it comes back.</summary>
    Silent,

    /// <summary>It left or was lost, and holds nothing.</summary>
    Gone,
}

/// <summary>A machine as operators see it. Times are the database's.</summary>
public sealed record MachineStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where others reach it; may be empty.</summary>
    public required string Address { get; init; }

    /// <summary>What the operator wants of it.</summary>
    public required MachineState State { get; init; }

    /// <summary>Whether it is there.</summary>
    public required MachinePresence Presence { get; init; }

    /// <summary>What it offers its tasks.</summary>
    public required MachineResources Resources { get; init; }

    /// <summary>Names of the types that it can do.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>When it joined last.</summary>
    public required DateTimeOffset JoinedAt { get; init; }

    /// <summary>Its last heartbeat.</summary>
    public required DateTimeOffset HeartbeatAt { get; init; }

    /// <summary>Tasks that it runs.</summary>
    public required int Running { get; init; }
}
