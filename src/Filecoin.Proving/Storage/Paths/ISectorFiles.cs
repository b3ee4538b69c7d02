using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;

namespace Filecoin.Proving.Storage.Paths;

/// <summary>A file or directory of a sector in a storage path of this machine.</summary>
/// <param name="Storage">The storage path.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="CanStore">Whether the storage path is one where sectors stay.</param>
public sealed record LocalSectorFile(StorageId Storage, SectorFileType Type, string Path, bool CanStore);

/// <summary>A copy of a sector in this machine's storage paths that can be proven from.</summary>
/// <param name="Storage">The storage path of the sealed or update file, which nearly all is read from.</param>
/// <param name="Files">The files.</param>
public sealed record LocalReplica(StorageId Storage, ReplicaFiles Files);

/// <summary>Finds sectors' files on this machine without touching a disk, so that a hung one holds up nobody. Safe for concurrent use.</summary>
public interface ISectorFiles
{
    /// <summary>The files of some kinds of a sector, those in paths where sectors stay first.</summary>
    IReadOnlyList<LocalSectorFile> Find(SectorId sector, SectorFileType types);
}

/// <summary>Copies that can be proven from, out of single files.</summary>
public static class SectorFilesExtensions
{
    /// <summary>
    /// The copies of a sector that have both their file and their cache, those first where both lie in one path. A cache that lies in another path than
    /// the file serves too.
    /// </summary>
    /// <param name="files">This machine's files.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="updated">Whether the update file and its cache are wanted instead of the sealed file.</param>
    public static IReadOnlyList<LocalReplica> FindReplicas(this ISectorFiles files, SectorId sector, bool updated)
    {
        ArgumentNullException.ThrowIfNull(files);
        (SectorFileType file, SectorFileType cache) = updated ? (SectorFileType.Update, SectorFileType.UpdateCache) : (SectorFileType.Sealed, SectorFileType.Cache);
        IReadOnlyList<LocalSectorFile> found = files.Find(sector, file | cache);
        return [.. found.Where(one => one.Type == file)
            .SelectMany(replica => found.Where(one => one.Type == cache).Select(aux => (Replica: replica, Aux: aux)))
            .OrderBy(pair => pair.Replica.Storage == pair.Aux.Storage ? 0 : 1)
            .Select(pair => new LocalReplica(pair.Replica.Storage, new ReplicaFiles(pair.Aux.Path, pair.Replica.Path)))];
    }
}
