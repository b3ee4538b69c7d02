using Filecoin.Proving.PoSt;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Scheduling.Vanilla;

/// <summary>A copy of a sector in a storage path of this machine.</summary>
/// <param name="reads">The machine's reads.</param>
/// <param name="storage">The storage path, whose limit counts.</param>
/// <param name="files">The sealed or update file and the cache directory.</param>
public sealed class LocalSectorReplica(StorageReads reads, string storage, ReplicaFiles files) : ISectorReplica
{
    /// <inheritdoc/>
    public string Place => storage;

    /// <inheritdoc/>
    public async Task<SectorProof> ReadAsync(VanillaChallenge challenge, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        try
        {
            return await reads.RunAsync(
                storage,
                abandoned => SectorProver.Prove(challenge.Proof.SectorSize, files, challenge.Public, challenge.Nodes.AsSpan(), abandoned),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not SectorFileException and not VanillaReadException)
        {
            throw new VanillaReadException(storage, error.Message, error);
        }
    }
}

/// <summary>Sectors in storage paths of this machine, found by looking: no index is asked.</summary>
/// <param name="reads">The machine's reads.</param>
/// <param name="storages">The storage paths, in the order in which they are tried.</param>
public sealed class LocalSectorReplicas(StorageReads reads, IReadOnlyList<string> storages) : ISectorReplicas
{
    /// <inheritdoc/>
    public IAsyncEnumerable<ISectorReplica> FindAsync(
        Sectors.SectorId sector, Sectors.SectorSize size, bool updated, CancellationToken cancellationToken = default)
    {
        // Whether the files are there shows on reading: looking here could already hang.
        (SectorFileType file, SectorFileType cache) = updated ? (SectorFileType.Update, SectorFileType.UpdateCache) : (SectorFileType.Sealed, SectorFileType.Cache);
        return storages.Select(storage => new LocalSectorReplica(
            reads, storage, new ReplicaFiles(StorageLayout.PathOf(storage, cache, sector), StorageLayout.PathOf(storage, file, sector)))).ToAsyncEnumerable();
    }
}
