namespace Filecoin.Proving.Storage;

/// <summary>Where a sealed sector's files are.</summary>
/// <param name="CacheDirectory">The directory of its trees, of <c>p_aux</c> and, until it is finalized, of its layers.</param>
/// <param name="SealedPath">The sealed file. Of an updated sector, the update file, together with its own cache directory.</param>
public sealed record ReplicaFiles(string CacheDirectory, string SealedPath);
