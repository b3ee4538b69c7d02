using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Labels;

/// <summary>A sector whose labels are made.</summary>
/// <param name="ReplicaId">Prefix of every label.</param>
/// <param name="CacheDirectory">Where the layer files go.</param>
public sealed record SdrSector(ReplicaId ReplicaId, string CacheDirectory);
