namespace Filecoin.Sealing.Engine;

/// <summary>A claimed task: who may write for it, and the token that proves it.</summary>
internal sealed record TaskLease
{
    public long Id { get; init; }

    public string Type { get; init; } = "";

    public string Subject { get; init; } = "";

    public string Payload { get; init; } = "";

    public long Priority { get; init; }

    public long Attempts { get; init; }

    public long Losses { get; init; }

    public long Fence { get; init; }

    /// <summary>The session that claimed it.</summary>
    public long Owner { get; init; }

    public IReadOnlyList<StorageReservation> Reservations { get; init; } = [];

    public TaskCandidate Candidate => new(Id, Type, Subject, Payload, Priority, Attempts);
}
