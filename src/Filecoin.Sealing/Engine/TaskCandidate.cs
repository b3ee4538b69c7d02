namespace Filecoin.Sealing.Engine;

/// <summary>A waiting task, as it is shown to a machine that may take it.</summary>
/// <param name="Id">Unique for ever.</param>
/// <param name="Type">Its type's name.</param>
/// <param name="Subject">What it is about, unique among live tasks of its type: a sector, a batch.</param>
/// <param name="Payload">What was given with it.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="Attempts">Runs that failed so far.</param>
public sealed record TaskCandidate(long Id, string Type, string Subject, string Payload, long Priority, long Attempts);

/// <summary>A task that has ended without success.</summary>
/// <param name="Id">Unique for ever.</param>
/// <param name="Type">Its type's name.</param>
/// <param name="Subject">What it was about.</param>
/// <param name="Payload">What was given with it.</param>
/// <param name="Attempts">Runs that failed.</param>
/// <param name="Losses">Machines that were lost under it.</param>
/// <param name="Reason">Why the last run failed.</param>
public sealed record FailedTask(long Id, string Type, string Subject, string Payload, long Attempts, long Losses, string Reason);
