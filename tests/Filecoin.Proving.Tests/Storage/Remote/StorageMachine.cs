using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Storage.Remote;

namespace Filecoin.Proving.Tests.Storage.Remote;

/// <summary>A machine with one storage path that it serves, and an index that it shares with others.</summary>
internal sealed class StorageMachine : IAsyncDisposable
{
    public static readonly RpcTokenKey Key = new(new byte[32]);
    private readonly WorkDirectory _disk;

    private StorageMachine(WorkDirectory disk, LocalStorage storage, RemoteStorageServer server, StorageId id)
    {
        _disk = disk;
        Storage = storage;
        Server = server;
        Id = id;
    }

    public string Directory => _disk.Path;

    public LocalStorage Storage { get; }

    public RemoteStorageServer Server { get; }

    public StorageId Id { get; }

    public Uri Url => Server.Url;

    public static async Task<StorageMachine> StartAsync(
        ISectorIndex index, string name, Action<string>? fill = null, Func<StoragePathConfig, StoragePathConfig>? change = null)
    {
        LocalStorage? storage = null;
        string? url = null;
        RemoteStorageServer server = await RemoteStorageServer.StartAsync(at =>
        {
            url = at.ToString();
            storage = new LocalStorage(index, new LocalStorageOptions { Urls = [url], Heartbeat = TimeSpan.FromSeconds(1), ProbeTimeout = TimeSpan.FromSeconds(30) });
            return new RemoteStorageEndpoint(storage, new StorageReads(), Key, new RemoteStorageOptions { Urls = [url] });
        });
        var disk = new WorkDirectory();
        var config = new StoragePathConfig { Id = StorageId.Parse(name), CanSeal = true, CanStore = true };
        (change?.Invoke(config) ?? config).Write(disk.Path);
        fill?.Invoke(disk.Path);
        StorageId id = await storage!.OpenPathAsync(disk.Path);
        return new StorageMachine(disk, storage, server, id);
    }

    /// <summary>Puts bytes as a sector's file and declares it.</summary>
    public async Task PutAsync(SectorFileType type, SectorId sector, byte[] bytes)
    {
        string path = StorageLayout.PathOf(Directory, type, sector);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, bytes);
        await Storage.DeclareAsync(Id, sector, type);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Storage.DisposeAsync();
        _disk.Dispose();
    }
}
