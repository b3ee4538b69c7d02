using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Replicas;

/// <summary>A sealed sector to be read back.</summary>
/// <param name="ReplicaId">Who sealed what when; it makes the key.</param>
/// <param name="SealedPath">The sealed file.</param>
/// <param name="CacheDirectory">Where the last layer may still be, which saves making it again; null where it is known to be gone.</param>
/// <param name="ScratchDirectory">
/// Where layers are made again, under names of their own: room for two layers. They are removed afterwards.
/// </param>
public sealed record UnsealJob(ReplicaId ReplicaId, string SealedPath, string? CacheDirectory, string ScratchDirectory);
