using System.Runtime.CompilerServices;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>
/// A sector's copies wherever they lie: first those in this machine's own paths, for which nobody is asked; only when none of them could be read those
/// that the index knows, over HTTP from the machines that have them. So what lies here is proven while the index is away or hangs. Safe for concurrent use.
/// </summary>
/// <param name="index">Where sectors lie.</param>
/// <param name="client">Asks other machines.</param>
/// <param name="files">This machine's files; null when it stores nothing.</param>
/// <param name="reads">This machine's reads; taken with <paramref name="files"/>.</param>
/// <param name="time">The clock.</param>
public sealed class IndexedReplicas(
    ISectorIndex index, RemoteStorageClient client, ISectorFiles? files = null, StorageReads? reads = null, TimeProvider? time = null) : ISectorReplicas
{
    private readonly StorageReads _reads = reads ?? new StorageReads();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    /// <exception cref="TimeoutException">The index did not answer within <see cref="RemoteClientOptions.RequestTimeout"/>.</exception>
    public async IAsyncEnumerable<ISectorReplica> FindAsync(
        SectorId sector, SectorSize size, bool updated, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<LocalReplica> here = files?.FindReplicas(sector, updated) ?? [];
        foreach (LocalReplica copy in here)
            yield return new LocalSectorReplica(_reads, copy.Storage.Value, copy.Files);

        // Any seal proof of the size will do: the machine that reads takes only the size from it.
        if (RegisteredProofs.Find(size, ApiVersion.V1_1, PoRepFeature.None) is not { } seal)
            yield break;
        IReadOnlyList<SectorStorageInfo> known = await index
            .FindSectorAsync(sector, updated ? SectorFileType.Update : SectorFileType.Sealed, cancellationToken: cancellationToken)
            .WaitAsync(client.Options.RequestTimeout, _time, cancellationToken).ConfigureAwait(false);

        // A path that this machine could not read may be served by another machine too.
        IEnumerable<string> urls = known.Where(path => path.BaseUrls.Count > 1 || here.All(copy => copy.Storage != path.Id)).SelectMany(path => path.BaseUrls);
        foreach (string url in urls.Distinct(StringComparer.Ordinal))
            yield return new RemoteSectorReplica(client, new Uri(url), seal);
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
