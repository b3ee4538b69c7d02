using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Remote;

namespace Filecoin.Proving.Tests.Storage.Remote;

/// <summary>Machines that are slow, broken or lie: every answer ends in a typed error or in the right bytes, and in time.</summary>
public sealed class HostilePeerTests : IDisposable
{
    private static readonly SectorId Sector = new(1000, new SectorNumber(7));
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);
    private readonly WorkDirectory _here = new();
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(2048);

    private string Final => StorageLayout.PathOf(_here.Path, SectorFileType.Sealed, Sector);

    public void Dispose() => _here.Dispose();

    [Theory]
    [InlineData("Content-Type: application/octet-stream\nContent-Length: 4096", 4096, RemoteFault.Invalid, "found 4096")]
    [InlineData("Content-Type: application/octet-stream\nContent-Length: 99999999999", 10, RemoteFault.Invalid, "found 99999999999")]
    [InlineData("Content-Type: application/octet-stream\nContent-Length: 0", 0, RemoteFault.Invalid, "found 0")]
    [InlineData("Content-Type: application/octet-stream", 2048, RemoteFault.Invalid, "expected a length")]
    [InlineData("Content-Type: text/html\nContent-Length: 2048", 2048, RemoteFault.Invalid, "text/html")]
    [InlineData("Content-Type: application/x-tar\nContent-Length: 2048", 2048, RemoteFault.Invalid, "x-tar")]
    [InlineData("Content-Type: application/octet-stream\nContent-Length: 2048", 1000, RemoteFault.Unavailable, "response ended")]
    public async Task A_file_of_a_wrong_length_or_kind_never_gets_its_name(string headers, int sent, RemoteFault fault, string said)
    {
        await using var peer = new ScriptedPeer([ScriptedPeer.Answer("200 OK", headers, new byte[sent])]);
        RemoteStorageException error = await FetchFailsAsync(peer.Url);
        Assert.Equal(fault, error.Fault);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Final));
    }

    [Theory]
    [InlineData("206 Partial Content", RemoteFault.Invalid)]
    [InlineData("204 No Content", RemoteFault.Invalid)]
    [InlineData("302 Found", RemoteFault.Invalid)]
    [InlineData("401 Unauthorized", RemoteFault.Denied)]
    [InlineData("418 Teapot", RemoteFault.Refused)]
    [InlineData("422 Unprocessable", RemoteFault.Damaged)]
    [InlineData("500 Internal Server Error", RemoteFault.Unavailable)]
    [InlineData("503 Unavailable", RemoteFault.Unavailable)]
    public async Task Any_other_status_is_the_fault_that_it_means_and_no_redirection_takes_the_token_along(string status, RemoteFault fault)
    {
        await using var thief = new ScriptedPeer([ScriptedPeer.Answer("200 OK", "Content-Length: 0", [])]);
        await using var peer = new ScriptedPeer([ScriptedPeer.Answer(status, $"Location: {thief.Url}\nContent-Length: 0", [])]);
        Assert.Equal(fault, (await FetchFailsAsync(peer.Url)).Fault);
        Assert.NotEmpty(peer.Asked);
        Assert.Empty(thief.Asked);
    }

    [Fact]
    public async Task A_peer_that_stops_in_the_middle_is_left()
    {
        byte[] half = ScriptedPeer.Answer("200 OK", "Content-Type: application/octet-stream\nContent-Length: 2048", _bytes.AsSpan(0, 100));
        await using var peer = new ScriptedPeer([half], open: true);
        RemoteStorageException error = await FetchFailsAsync(peer.Url, new RemoteClientOptions { StallTimeout = Soon, RetryDelay = TimeSpan.Zero, Attempts = 2 });
        Assert.Equal(RemoteFault.Unavailable, error.Fault);
        Assert.Contains("a second", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_crawls_is_left_though_each_byte_comes_in_time()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        Task crawling = Task.Run(async () =>
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync(ScriptedPeer.Answer("200 OK", "Content-Type: application/octet-stream\nContent-Length: 2048", []));
            try
            {
                for (int i = 0; i < 2048 && !stop.IsCancellationRequested; i++)
                {
                    await client.GetStream().WriteAsync(new byte[1]);
                    await Task.Delay(100);
                }
            }
            catch (IOException)
            {
                // The client has left.
            }
        });
        RemoteStorageException error = await FetchFailsAsync(
            new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/remote"),
            new RemoteClientOptions { StallTimeout = TimeSpan.FromSeconds(2), LeastBytesPerSecond = 512, Attempts = 1 });
        Assert.Equal(RemoteFault.Unavailable, error.Fault);
        await stop.CancelAsync();
        await crawling;
        listener.Stop();
    }

    [Theory]
    [InlineData("bytes 0-2047/2048", "\"a\"")]
    [InlineData("bytes 1000-2047/2048", "\"a\"")]
    [InlineData("bytes 1024-2047/2048", "\"b\"")]
    [InlineData("bytes */2048", "\"a\"")]
    public async Task A_rest_that_is_not_the_rest_begins_the_file_anew(string range, string tag)
    {
        byte[] half = ScriptedPeer.Answer("200 OK", "ETag: \"a\"\nContent-Type: application/octet-stream\nContent-Length: 2048", new byte[1024]);
        byte[] rest = ScriptedPeer.Answer("206 Partial Content", $"ETag: {tag}\nContent-Type: application/octet-stream\nContent-Range: {range}\nContent-Length: 1024", new byte[1024]);
        byte[] whole = ScriptedPeer.Answer("200 OK", "ETag: \"c\"\nContent-Type: application/octet-stream\nContent-Length: 2048", _bytes);
        await using var peer = new ScriptedPeer([half, rest, whole]);
        await FetchAsync(peer.Url, new RemoteClientOptions { RetryDelay = TimeSpan.Zero });
        Assert.Equal(_bytes, await File.ReadAllBytesAsync(Final));
        Assert.Contains(peer.Asked, head => head.Contains("Range: bytes=1024-", StringComparison.Ordinal) && head.Contains("If-Range: \"a\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_there_is_no_entity_tag_the_time_of_the_last_change_stands_for_it()
    {
        // As Lotus answers.
        const string Head = "Last-Modified: Sat, 21 Nov 2020 10:00:00 GMT\nDate: Sat, 21 Nov 2020 11:00:00 GMT\nContent-Type: application/octet-stream\n";
        byte[] half = ScriptedPeer.Answer("200 OK", $"{Head}Content-Length: 2048", _bytes.AsSpan(0, 1024));
        byte[] rest = ScriptedPeer.Answer("206 Partial Content", $"{Head}Content-Range: bytes 1024-2047/2048\nContent-Length: 1024", _bytes.AsSpan(1024));
        await using var peer = new ScriptedPeer([half, rest]);
        await FetchAsync(peer.Url, new RemoteClientOptions { RetryDelay = TimeSpan.Zero });
        Assert.Equal(_bytes, await File.ReadAllBytesAsync(Final));
        Assert.Contains(peer.Asked, head => head.Contains("If-Range: Sat, 21 Nov 2020 10:00:00 GMT", StringComparison.Ordinal));

        // A file that changed just now may change again within the same second.
        File.Delete(Final);
        byte[] young = ScriptedPeer.Answer("200 OK", $"{Head.Replace("11:00:00", "10:00:30", StringComparison.Ordinal)}Content-Length: 2048", _bytes.AsSpan(0, 1024));
        await using var other = new ScriptedPeer([young]);
        await FetchFailsAsync(other.Url, new RemoteClientOptions { RetryDelay = TimeSpan.Zero, Attempts = 2 });
        Assert.DoesNotContain(other.Asked, head => head.Contains("Range:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_of_nonsense_beside_a_half_file_is_not_believed()
    {
        string fetching = Directory.CreateDirectory(Path.Combine(_here.Path, "sealed", "fetching")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(fetching, Sector.ToString()), new byte[2048]);
        foreach (string record in (string[])["", "{", "null", """{"Tag":"a b","Length":2048,"Safe":5}""", """{"Tag":"\"a\"","Length":2048,"Safe":9999}""", """{"Tag":"\"a\"","Length":-1,"Safe":-1}"""])
        {
            await File.WriteAllTextAsync(Path.Combine(fetching, Sector + ".fetch"), record);
            await using var peer = new ScriptedPeer([ScriptedPeer.Answer("200 OK", "Content-Type: application/octet-stream\nContent-Length: 2048", _bytes)]);
            await FetchAsync(peer.Url);
            Assert.Equal(_bytes, await File.ReadAllBytesAsync(Final));
            Assert.DoesNotContain(peer.Asked, head => head.Contains("Range:", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_file_read_from_afar_goes_on_where_the_connection_broke_and_not_in_another_state()
    {
        byte[] half = ScriptedPeer.Answer("200 OK", "ETag: \"a\"\nContent-Length: 2048", _bytes.AsSpan(0, 1000));
        byte[] busy = ScriptedPeer.Answer("503 Busy", "Content-Length: 0", []);
        byte[] some = ScriptedPeer.Answer("206 Partial Content", "ETag: \"a\"\nContent-Range: bytes 1000-2047/2048\nContent-Length: 1048", _bytes.AsSpan(1000, 500));
        byte[] rest = ScriptedPeer.Answer("206 Partial Content", "ETag: \"a\"\nContent-Range: bytes 1500-2047/2048\nContent-Length: 548", _bytes.AsSpan(1500));
        using RemoteStorageClient client = Client(new RemoteClientOptions { RetryDelay = TimeSpan.Zero, Attempts = 3 });
        await using (var peer = new ScriptedPeer([half, busy, some, rest]))
        {
            await using Stream file = await client.OpenAsync([new Uri("http://127.0.0.1:1/remote"), peer.Url], SectorFileType.Piece, Sector);
            Assert.Equal(2048, file.Length);
            using var whole = new MemoryStream();
            await file.CopyToAsync(whole);
            Assert.Equal(_bytes, whole.ToArray());
        }

        foreach (byte[] other in (byte[][])[
            ScriptedPeer.Answer("206 Partial Content", "ETag: \"b\"\nContent-Range: bytes 1000-2047/2048\nContent-Length: 1048", _bytes.AsSpan(1000)),
            ScriptedPeer.Answer("206 Partial Content", "ETag: \"a\"\nContent-Range: bytes 0-2047/2048\nContent-Length: 2048", _bytes),
            ScriptedPeer.Answer("200 OK", "ETag: \"b\"\nContent-Length: 2048", _bytes)])
        {
            await using var peer = new ScriptedPeer([half, other]);
            await using Stream file = await client.OpenAsync([peer.Url], SectorFileType.Piece, Sector);
            Assert.Equal(RemoteFault.Invalid, (await Assert.ThrowsAsync<RemoteStorageException>(() => file.CopyToAsync(Stream.Null))).Fault);
        }

        await using var dying = new ScriptedPeer([half, busy]);
        await using Stream never = await client.OpenAsync([dying.Url], SectorFileType.Piece, Sector);
        Assert.Equal(RemoteFault.Unavailable, (await Assert.ThrowsAsync<RemoteStorageException>(() => never.CopyToAsync(Stream.Null))).Fault);
    }

    [Theory]
    [InlineData("Content-Length: 20", 20, RemoteFault.Invalid)]
    [InlineData("Content-Length: 0", 0, RemoteFault.Invalid)]
    [InlineData("Content-Length: 2000", 100, RemoteFault.Unavailable)]
    [InlineData("", 5 << 20, RemoteFault.Invalid)]
    public async Task A_vanilla_proof_that_is_none_is_refused(string headers, int sent, RemoteFault fault)
    {
        await using var peer = new ScriptedPeer([ScriptedPeer.Answer("200 OK", headers, RandomNumberGenerator.GetBytes(sent))]);
        using RemoteStorageClient client = Client(new RemoteClientOptions());
        RemoteStorageException error = await Assert.ThrowsAsync<RemoteStorageException>(() => client.ProveAsync(peer.Url, Challenge(), RegisteredSealProof.StackedDrg2KiBV1_1));
        Assert.Equal(fault, error.Fault);
    }

    [Fact]
    public async Task A_machine_that_takes_connections_and_never_answers_costs_its_time_limit_and_no_more()
    {
        // To others a stopped process looks like this: the kernel accepts, nobody reads.
        var stopped = new TcpListener(IPAddress.Loopback, 0);
        stopped.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)stopped.LocalEndpoint).Port}/remote");
        using RemoteStorageClient client = Client(new RemoteClientOptions { ProofTimeout = Soon, RequestTimeout = Soon, StallTimeout = Soon, Attempts = 1 });
        Assert.Equal(RemoteFault.Unavailable, (await Assert.ThrowsAsync<RemoteStorageException>(() => client.ProveAsync(url, Challenge(), RegisteredSealProof.StackedDrg2KiBV1_1))).Fault);
        Assert.Equal(RemoteFault.Unavailable, (await Assert.ThrowsAsync<RemoteStorageException>(() => client.StatAsync(url, StorageId.Parse("a")))).Fault);
        Assert.Equal(RemoteFault.Unavailable, (await Assert.ThrowsAsync<RemoteStorageException>(
            () => new SectorFetcher(client).FetchAsync([url], SectorFileType.Sealed, Sector, SectorSize.KiB2, _here.Path))).Fault);
        stopped.Stop();
    }

    private static VanillaChallenge Challenge() => VanillaChallenge.Of(
        PoStConfig.Create(PoStKind.Window, SectorSize.KiB2, ApiVersion.V1_2), new ProvenSector(Sector, default, false), PoStRandomness.FromChain(new byte[32]));

    private async Task FetchAsync(Uri url, RemoteClientOptions? options = null)
    {
        using RemoteStorageClient client = Client(options ?? new RemoteClientOptions { Attempts = 1 });
        await new SectorFetcher(client).FetchAsync([url], SectorFileType.Sealed, Sector, SectorSize.KiB2, _here.Path);
    }

    private Task<RemoteStorageException> FetchFailsAsync(Uri url, RemoteClientOptions? options = null) =>
        Assert.ThrowsAsync<RemoteStorageException>(() => FetchAsync(url, options));

    private static RemoteStorageClient Client(RemoteClientOptions options) => new(new ScopedRemoteTokens(StorageMachine.Key), options);
}
