using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Remote;

namespace Filecoin.Proving.Tests.Storage.Remote;

public sealed class SectorFetcherTests : IAsyncLifetime, IDisposable
{
    private static readonly SectorId Sector = new(1000, new SectorNumber(7));
    private static readonly RemoteClientOptions Quick = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1), StallTimeout = TimeSpan.FromSeconds(30), CheckpointBytes = 1 << 20, Attempts = 4,
    };

    private readonly TestDatabase _database = new("sqlite");
    private readonly WorkDirectory _here = new();
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(8 << 20);
    private StorageMachine _machine = null!;

    private string Path => StorageLayout.PathOf(_here.Path, SectorFileType.Sealed, Sector);

    public async Task InitializeAsync()
    {
        _machine = await StorageMachine.StartAsync(await SectorIndex.OpenAsync(_database.Database), "a");
        await _machine.PutAsync(SectorFileType.Sealed, Sector, _bytes);
    }

    public async Task DisposeAsync()
    {
        await _machine.DisposeAsync();
        await _database.DisposeAsync();
    }

    public void Dispose() => _here.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((3 << 20) + 17)]
    [InlineData(8 << 20)]
    public async Task A_file_that_breaks_off_goes_on_and_takes_its_name_only_whole(int bytes)
    {
        // A connection that is cut after so many bytes, once; then it works.
        await using var cutter = new CuttingRelay(_machine.Url, [bytes, int.MaxValue], onCut: () => Assert.False(File.Exists(Path)));
        using RemoteStorageClient client = Client();
        string path = await new SectorFetcher(client).FetchAsync([cutter.Url], SectorFileType.Sealed, Sector, SectorSize.MiB8, _here.Path);
        Assert.Equal(Path, path);
        Assert.Equal(SHA256.HashData(_bytes), SHA256.HashData(await File.ReadAllBytesAsync(path)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(System.IO.Path.Combine(_here.Path, "sealed", "fetching")));
    }

    [Fact]
    public async Task Another_process_goes_on_from_the_checkpoint()
    {
        await using var cutter = new CuttingRelay(_machine.Url, [(3 << 20) + 500_000, 0, 0, 0, 0, 0, 0, 0]);
        using RemoteStorageClient client = Client();
        RemoteStorageException broken = await Assert.ThrowsAsync<RemoteStorageException>(
            () => new SectorFetcher(client).FetchAsync([cutter.Url], SectorFileType.Sealed, Sector, SectorSize.MiB8, _here.Path));
        Assert.True(broken.IsTransient);
        Assert.False(File.Exists(Path));
        var progress = new First();
        await new SectorFetcher(client).FetchAsync([_machine.Url], SectorFileType.Sealed, Sector, SectorSize.MiB8, _here.Path, progress);
        Assert.True(progress.Value > 2 << 20, $"expected to go on after 2 MiB at least, began at {progress.Value}");
        Assert.Equal(SHA256.HashData(_bytes), SHA256.HashData(await File.ReadAllBytesAsync(Path)));
    }

    [Fact]
    public async Task A_file_that_changed_in_between_begins_anew()
    {
        byte[] other = RandomNumberGenerator.GetBytes(_bytes.Length);
        await using var cutter = new CuttingRelay(_machine.Url, [3 << 20, int.MaxValue], onCut: () =>
            File.WriteAllBytes(StorageLayout.PathOf(_machine.Directory, SectorFileType.Sealed, Sector), other));
        using RemoteStorageClient client = Client();
        await new SectorFetcher(client).FetchAsync([cutter.Url], SectorFileType.Sealed, Sector, SectorSize.MiB8, _here.Path);
        Assert.Equal(SHA256.HashData(other), SHA256.HashData(await File.ReadAllBytesAsync(Path)));
    }

    [Fact]
    public async Task Machines_are_asked_in_turn()
    {
        using RemoteStorageClient client = Client();
        await using StorageMachine empty = await StorageMachine.StartAsync(await SectorIndex.OpenAsync(_database.Database), "b");
        await new SectorFetcher(client).FetchAsync(
            [new Uri("http://127.0.0.1:1/remote"), empty.Url, _machine.Url], SectorFileType.Sealed, Sector, SectorSize.MiB8, _here.Path);
        Assert.Equal(_bytes.Length, new FileInfo(Path).Length);
        RemoteStorageException none = await Assert.ThrowsAsync<RemoteStorageException>(
            () => new SectorFetcher(client).FetchAsync([empty.Url], SectorFileType.Update, Sector, SectorSize.MiB8, _here.Path));
        Assert.Equal(RemoteFault.NotFound, none.Fault);
    }

    [Fact]
    public async Task A_file_of_another_length_is_refused_before_it_comes()
    {
        using RemoteStorageClient client = Client();
        RemoteStorageException wrong = await Assert.ThrowsAsync<RemoteStorageException>(
            () => new SectorFetcher(client).FetchAsync([_machine.Url], SectorFileType.Sealed, Sector, SectorSize.MiB16, _here.Path));
        Assert.Equal(RemoteFault.Invalid, wrong.Fault);
        Assert.False(File.Exists(Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(1536)]
    [InlineData(2048)]
    [InlineData(5000)]
    public async Task A_cache_that_breaks_off_anywhere_comes_whole_in_the_end(int bytes)
    {
        string cache = Directory.CreateDirectory(StorageLayout.PathOf(_machine.Directory, SectorFileType.Cache, Sector)).FullName;
        foreach ((string name, int length) in new[] { ("p_aux", 64), ("sc-02-data-tree-r-last.dat", 4096), ("t_aux", 700) })
            await File.WriteAllBytesAsync(System.IO.Path.Combine(cache, name), RandomNumberGenerator.GetBytes(length));
        await File.WriteAllTextAsync(System.IO.Path.Combine(cache, "sc-02-data-layer-1.dat.partial"), "half");
        await _machine.Storage.DeclareAsync(_machine.Id, Sector, SectorFileType.Cache);
        string target = StorageLayout.PathOf(_here.Path, SectorFileType.Cache, Sector);
        Directory.CreateDirectory(target);
        await File.WriteAllTextAsync(System.IO.Path.Combine(target, "old"), "what lay there before");
        await using var cutter = new CuttingRelay(_machine.Url, [bytes, int.MaxValue], onCut: () => Assert.False(File.Exists(System.IO.Path.Combine(target, "p_aux"))));
        using RemoteStorageClient client = Client();
        await new SectorFetcher(client).FetchAsync([cutter.Url], SectorFileType.Cache, Sector, SectorSize.MiB8, _here.Path);
        Assert.Equal(["p_aux", "sc-02-data-tree-r-last.dat", "t_aux"], Directory.EnumerateFiles(target).Select(System.IO.Path.GetFileName).Order());
        foreach (string file in Directory.EnumerateFiles(target))
            Assert.Equal(await File.ReadAllBytesAsync(System.IO.Path.Combine(cache, System.IO.Path.GetFileName(file))), await File.ReadAllBytesAsync(file));
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_told_and_leaves_no_file_under_its_name()
    {
        using SmallDisk disk = SmallDisk.Mount(4 << 20);
        using RemoteStorageClient client = Client();
        DiskFullException full = await Assert.ThrowsAsync<DiskFullException>(
            () => new SectorFetcher(client).FetchAsync([_machine.Url], SectorFileType.Sealed, Sector, SectorSize.MiB8, disk.Path));
        Assert.True(full.IsTransient);
        Assert.False(File.Exists(StorageLayout.PathOf(disk.Path, SectorFileType.Sealed, Sector)));
    }

    private static RemoteStorageClient Client() => new(new ScopedForAny(), Quick);

    /// <summary>The relay has another address than the storage behind it.</summary>
    private sealed class ScopedForAny : IRemoteCredentials
    {
        public string? TokenFor(Uri baseUrl, RemoteOperations operation) => new RemoteScope(operation).Sign(StorageMachine.Key);
    }

    private sealed class First : IProgress<long>
    {
        public long Value { get; private set; }

        public void Report(long value) => Value = Value == 0 ? value : Value;
    }
}

/// <summary>Passes connections on and cuts each one after so many bytes of its answer.</summary>
internal sealed class CuttingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public CuttingRelay(Uri to, int[] cuts, Action? onCut = null)
    {
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/remote");
        _running = RunAsync(to, new Queue<int>(cuts), onCut);
    }

    public Uri Url { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Uri to, Queue<int> cuts, Action? onCut)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                using var server = new TcpClient();
                await server.ConnectAsync(to.Host, to.Port, _stop.Token);
                int left = cuts.Count > 1 ? cuts.Dequeue() : cuts.Peek();
                Task up = client.GetStream().CopyToAsync(server.GetStream(), _stop.Token);
                await DownAsync(server.GetStream(), client.GetStream(), left);
                if (left != int.MaxValue)
                    onCut?.Invoke();

                // What was passed on arrives: a reset would throw away what the client has not read yet.
                client.Client.Shutdown(SocketShutdown.Send);
                await Task.WhenAny(up, Task.Delay(TimeSpan.FromSeconds(5), _stop.Token));
                client.Close();
                server.Close();
                await up.ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or InvalidOperationException or IOException)
        {
            // The test is over.
        }
    }

    /// <summary>The head passes; then so many bytes of what follows.</summary>
    private async Task DownAsync(NetworkStream from, NetworkStream to, int left)
    {
        byte[] buffer = new byte[1 << 16];
        bool head = true;
        while (true)
        {
            int read = await from.ReadAsync(buffer, _stop.Token);
            if (read == 0)
                return;
            int pass = read;
            if (left != int.MaxValue)
            {
                int body = 0;
                if (head)
                {
                    int end = Encoding.ASCII.GetString(buffer, 0, read).IndexOf("\r\n\r\n", StringComparison.Ordinal);
                    body = end < 0 ? read : end + 4;
                    head = end < 0;
                }

                pass = Math.Min(read, body + left);
                left -= pass - Math.Min(body, pass);
            }

            await to.WriteAsync(buffer.AsMemory(0, pass), _stop.Token);
            if (left <= 0 || pass < read)
                return;
        }
    }
}
