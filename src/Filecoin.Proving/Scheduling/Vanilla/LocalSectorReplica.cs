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
