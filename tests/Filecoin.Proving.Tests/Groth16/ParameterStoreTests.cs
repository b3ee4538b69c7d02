using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Filecoin.Proving.Groth16;

namespace Filecoin.Proving.Tests.Groth16;

/// <summary>Fetching and checking parameter files: whole, resumed, cut short, and wrong.</summary>
public sealed class ParameterStoreTests : IDisposable
{
    private const string Name = "v28-test.params";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("parameters-");
    private readonly byte[] _content = [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 7))];
    private readonly Gateway _gateway;
    private readonly ParameterStore _store;

    public ParameterStoreTests()
    {
        _gateway = new Gateway(_content);
        _store = StoreWith(_content);
    }

    public void Dispose()
    {
        _gateway.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_takes_its_name_when_its_digest_is_right()
    {
        await FetchAsync();
        Assert.Equal(_content, await File.ReadAllBytesAsync(PathOf(Name)));
        Assert.Equal([PathOf(Name)], Directory.GetFiles(_directory.FullName));
        await _store.CheckAsync(Name);
        Assert.Equal("/ipfs/QmTest", _gateway.LastPath);
    }

    [Fact]
    public async Task A_broken_transfer_goes_on_where_it_stopped()
    {
        _gateway.CutAt = 1_500_000;
        var error = await Assert.ThrowsAnyAsync<Exception>(FetchAsync);
        Assert.True(error is ParameterFileException or HttpIOException, error.ToString());
        Assert.False(File.Exists(PathOf(Name)));
        Assert.True(new FileInfo(PathOf(Name) + ".part").Length > 0);

        _gateway.CutAt = null;
        await FetchAsync();
        Assert.True(_gateway.LastRangeStart > 0);
        Assert.Equal(_content, await File.ReadAllBytesAsync(PathOf(Name)));
    }

    [Fact]
    public async Task A_server_without_ranges_sends_the_file_anew()
    {
        await File.WriteAllBytesAsync(PathOf(Name) + ".part", _content.AsMemory(0, 1000));
        _gateway.Ranges = false;
        await FetchAsync();
        Assert.Equal(_content, await File.ReadAllBytesAsync(PathOf(Name)));
    }

    [Fact]
    public async Task A_wrong_partial_file_is_thrown_away_and_named()
    {
        await File.WriteAllBytesAsync(PathOf(Name) + ".part", new byte[1000]);
        var error = await Assert.ThrowsAsync<ParameterFileException>(FetchAsync);
        Assert.Equal(ParameterFileError.DigestMismatch, error.Error);
        Assert.Empty(Directory.GetFiles(_directory.FullName));
        await FetchAsync();
    }

    [Fact]
    public async Task A_directory_is_a_source_too()
    {
        var source = Directory.CreateTempSubdirectory("source-");
        try
        {
            var from = ParameterSource.Directory(source.FullName);
            var missing = await Assert.ThrowsAsync<ParameterFileException>(() => _store.FetchParametersAsync([Name], from));
            Assert.Equal(ParameterFileError.Missing, missing.Error);
            await File.WriteAllBytesAsync(Path.Combine(source.FullName, Name), _content);
            await _store.FetchParametersAsync([Name], from);
            await _store.CheckAsync(Name);
        }
        finally
        {
            source.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_file_that_the_manifest_does_not_name_is_not_fetched()
    {
        var error = await Assert.ThrowsAsync<ParameterFileException>(
            () => _store.FetchParametersAsync(["other.params"], ParameterSource.Directory(".")));
        Assert.Equal(ParameterFileError.NotInManifest, error.Error);
    }

    [Fact]
    public async Task A_changed_byte_is_found()
    {
        await FetchAsync();
        using (var file = File.OpenWrite(PathOf(Name)))
        {
            file.Position = 12345;
            file.WriteByte((byte)~_content[12345]);
        }
        var error = await Assert.ThrowsAsync<ParameterFileException>(() => _store.CheckAsync(Name));
        Assert.Equal(ParameterFileError.DigestMismatch, error.Error);
        Assert.Equal(PathOf(Name), error.Path);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"a\": 1}")]
    [InlineData("{\"../a\": {\"cid\": \"Q\", \"digest\": \"00000000000000000000000000000000\", \"sector_size\": 1}}")]
    [InlineData("{\"a\": {\"cid\": \"Q\", \"digest\": \"00\", \"sector_size\": 1}}")]
    [InlineData("{\"a\": {\"cid\": \"Q\"}}")]
    [InlineData("{")]
    public void A_malformed_manifest_is_refused(string json)
    {
        var error = Assert.Throws<ParameterFileException>(() => ParameterManifest.Read(new MemoryStream(Encoding.UTF8.GetBytes(json))));
        Assert.Equal(ParameterFileError.MalformedManifest, error.Error);
    }

    [Fact]
    public void Insecure_parameters_need_permission()
    {
        File.WriteAllBytes(_store.InsecureParametersPath("test"), [1]);
        Assert.Equal(ParameterFileError.Insecure, Assert.Throws<ParameterFileException>(() => _store.OpenParameters("test")).Error);
        var allowing = new ParameterStore(_store.Options with { AllowInsecure = true });
        Assert.Equal(ParameterFileError.Truncated, Assert.Throws<ParameterFileException>(() => allowing.OpenParameters("test")).Error);
    }

    private Task FetchAsync() => _store.FetchParametersAsync(
        [Name], ParameterSource.Gateway(new HttpClient(_gateway, disposeHandler: false), new Uri("http://gateway.invalid/ipfs")));

    private ParameterStore StoreWith(byte[] content)
    {
        var digest = ParameterManifest.DigestAsync(new MemoryStream(content)).GetAwaiter().GetResult();
        var json = JsonSerializer.Serialize(new Dictionary<string, object>
        {
            [Name] = new Dictionary<string, object> { ["cid"] = "QmTest", ["digest"] = digest, ["sector_size"] = 2048 },
        });
        return new ParameterStore(new ParameterStoreOptions
        {
            Directory = _directory.FullName,
            Manifest = ParameterManifest.Read(new MemoryStream(Encoding.UTF8.GetBytes(json))),
        });
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>A gateway that can break off.</summary>
    private sealed class Gateway(byte[] content) : HttpMessageHandler
    {
        public int? CutAt { get; set; }

        public bool Ranges { get; set; } = true;

        public long LastRangeStart { get; private set; }

        public string? LastPath { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            LastPath = request.RequestUri!.AbsolutePath;
            var start = Ranges ? (int)(request.Headers.Range?.Ranges.Single().From ?? 0) : 0;
            LastRangeStart = start;
            var end = Math.Min(CutAt ?? content.Length, content.Length);
            var body = new ByteArrayContent(content, start, end - start);
            var response = new HttpResponseMessage(start > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK) { Content = body };
            body.Headers.ContentLength = content.Length - start;
            if (start > 0) body.Headers.ContentRange = new ContentRangeHeaderValue(start, content.Length - 1, content.Length);
            return Task.FromResult(response);
        }
    }
}
