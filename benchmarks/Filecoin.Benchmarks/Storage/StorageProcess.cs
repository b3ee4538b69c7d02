using System.Diagnostics;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Database;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;
using Filecoin.Proving.Storage.Remote;

namespace Filecoin.Benchmarks.Storage;

/// <summary>A process of its own that serves one storage path until its input ends.</summary>
internal sealed class StorageProcess : IAsyncDisposable
{
    /// <summary>The first argument of such a process; the database of the index and the path follow.</summary>
    public const string Command = "serve-storage";

    public static readonly RpcTokenKey Key = new(new byte[32]);

    private readonly Process _process;

    private StorageProcess(Process process) => _process = process;

    public static async Task RunAsync(string database, string directory)
    {
        await using SqlDatabase shared = SqlDatabase.Open(database);
        SectorIndex index = await SectorIndex.OpenAsync(shared);
        LocalStorage? storage = null;
        await using RemoteStorageServer server = await RemoteStorageServer.StartAsync(url =>
        {
            storage = new LocalStorage(index, new LocalStorageOptions { Urls = [url.ToString()] });
            return new RemoteStorageEndpoint(storage, new StorageReads(), Key, new RemoteStorageOptions { Urls = [url.ToString()] });
        });
        await using LocalStorage serving = storage!;
        await serving.OpenPathAsync(directory);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
    }

    public static async Task<StorageProcess> StartAsync(string database, string directory)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(StorageProcess).Assembly.Location);
        foreach (string argument in (string[])[Command, database, directory])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        string? said = await process.StandardOutput.ReadLineAsync();
        return said == "ready" ? new StorageProcess(process) : throw new InvalidOperationException($"expected a process that serves '{directory}', it said '{said}'");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
