namespace Filecoin.Samples.Worker;

/// <summary>What the user asked for does not go with what is there.</summary>
internal sealed class WorkerException(string message) : Exception(message);
