using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>
/// A sector's copies wherever they lie: first those in this machine's own paths, for which nobody is asked, then those that the index knows, over HTTP from
/// the machines that have them. Safe for concurrent use.
/// </summary>
/// <param name="index">Where sectors lie.</param>
/// <param name="client">Asks other machines.</param>
/// <param name="files">This machine's files; null when it stores nothing.</param>
/// <param name="reads">This machine's reads; taken with <paramref name="files"/>.</param>
public sealed class IndexedReplicas(ISectorIndex index, RemoteStorageClient client, ISectorFiles? files = null, StorageReads? reads = null) : ISectorReplicas
{
    private readonly StorageReads _reads = reads ?? new StorageReads();

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ISectorReplica>> FindAsync(
        SectorId sector, SectorSize size, bool updated, CancellationToken cancellationToken = default)
    {
        LocalReplica[] here = [.. files?.FindReplicas(sector, updated) ?? []];
        List<ISectorReplica> replicas = [.. here.Select(copy => new LocalSectorReplica(_reads, copy.Storage.Value, copy.Files))];
        IReadOnlyList<SectorStorageInfo> known;
        SectorFileType file = updated ? SectorFileType.Update : SectorFileType.Sealed;
        try
        {
            known = await index.FindSectorAsync(sector, file, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (replicas.Count > 0 && error is not OperationCanceledException)
        {
            // What lies here is proven without an index.
            return replicas;
        }

        // Any seal proof of the size will do: the machine that reads takes only the size from it.
        RegisteredSealProof? seal = RegisteredProofs.Find(size, ApiVersion.V1_1, PoRepFeature.None);
        if (seal is { } proof)
        {
            replicas.AddRange(known.Where(path => !here.Any(copy => copy.Storage == path.Id))
                .SelectMany(path => path.BaseUrls)
                .Distinct(StringComparer.Ordinal)
                .Select(url => new RemoteSectorReplica(client, new Uri(url), proof)));
        }

        return replicas;
    }
}

/// <summary>A copy of a sector on another machine, which makes the vanilla proof itself.</summary>
/// <param name="client">Asks it.</param>
/// <param name="baseUrl">The machine, <c>http://host:port/remote</c>.</param>
/// <param name="seal">Any registered seal proof of the sector's size.</param>
public sealed class RemoteSectorReplica(RemoteStorageClient client, Uri baseUrl, RegisteredSealProof seal) : ISectorReplica
{
    /// <inheritdoc/>
    public string Place { get; } = baseUrl.ToString();

    /// <inheritdoc/>
    public async Task<SectorProof> ReadAsync(VanillaChallenge challenge, CancellationToken cancellationToken = default)
    {
        try
        {
            return await client.ProveAsync(baseUrl, challenge, seal, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteStorageException error)
        {
            throw new VanillaReadException(Place, error.Message, error);
        }
    }
}
