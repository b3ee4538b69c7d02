using Filecoin.Proving.Storage.Index;

namespace Filecoin.Proving.Storage.Paths;

/// <summary>Why a storage path of this machine cannot be used.</summary>
public enum StoragePathFault
{
    /// <summary>This machine has no path of that id, or has it already.</summary>
    Unknown,

    /// <summary>It has not the room, or does not take files of the kind, of the miner or at all.</summary>
    NoRoom,

    /// <summary>It does not answer, or with an error.</summary>
    Unhealthy,
}

/// <summary>A storage path of this machine cannot be used for what was asked.</summary>
/// <param name="fault">Why.</param>
/// <param name="storage">Which.</param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="innerException">The cause.</param>
public sealed class StoragePathException(StoragePathFault fault, StorageId storage, string message, Exception? innerException = null)
    : IOException($"storage path {storage}: {message}", innerException)
{
    /// <summary>Why.</summary>
    public StoragePathFault Fault { get; } = fault;

    /// <summary>Which.</summary>
    public StorageId Storage { get; } = storage;
}
