using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Proving.Tests.PoRep;

namespace Filecoin.Proving.Tests.Storage.Remote;

public sealed class RemoteStorageTests : IAsyncLifetime, IDisposable
{
    private static readonly SectorId Sector = new(1000, new SectorNumber(7));
    private static readonly PoStConfig Window = PoStConfig.Create(PoStKind.Window, SectorSize.KiB2, ApiVersion.V1_2);
    private readonly TestDatabase _database = new("sqlite");
    private readonly TestSector _sealed = new(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1));
    private readonly HttpClient _http = new();
    private SectorIndex _index = null!;
    private StorageMachine _machine = null!;
    private RemoteStorageClient _client = null!;

    private VanillaChallenge Challenge => VanillaChallenge.Of(Window, new ProvenSector(Sector, _sealed.Inputs.CommR, false), PoStRandomness.FromChain(new byte[32]));

    public async Task InitializeAsync()
    {
        _index = await SectorIndex.OpenAsync(_database.Database, new SectorIndexOptions { StaleAfter = TimeSpan.FromMinutes(5) });
        _machine = await StorageMachine.StartAsync(_index, "a", directory =>
        {
            string cache = StorageLayout.PathOf(directory, SectorFileType.Cache, Sector), replica = StorageLayout.PathOf(directory, SectorFileType.Sealed, Sector);
            Directory.CreateDirectory(Path.GetDirectoryName(cache)!);
            Directory.CreateDirectory(Path.GetDirectoryName(replica)!);
            Directory.Move(_sealed.Files.CacheDirectory, cache);
            File.Move(_sealed.Files.SealedPath, replica);
        });
        _client = new RemoteStorageClient(new ScopedRemoteTokens(StorageMachine.Key));
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _machine.DisposeAsync();
        await _database.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _sealed.Dispose();
    }

    [Fact]
    public async Task A_vanilla_proof_comes_from_the_machine_that_has_the_sector()
    {
        SectorProof proof = await _client.ProveAsync(_machine.Url, Challenge, RegisteredSealProof.StackedDrg2KiBV1_1);
        Assert.True(PoStCheck.Verify(Window, PoStRandomness.FromChain(new byte[32]), Challenge.Public, 0, proof, out _));

        // As the scheduler reads it: found by the index, proven there.
        var reader = new SectorReader(new IndexedReplicas(_index, _client));
        SectorReadings read = await reader.ReadAsync([Challenge], TimeSpan.FromMinutes(1));
        Assert.Single(read.Proofs);

        // And on the machine itself without asking anybody.
        ISectorReplica here = await new IndexedReplicas(HungIndex.Create(), _client, _machine.Storage).FindAsync(Sector, SectorSize.KiB2, false).FirstAsync();
        Assert.IsType<LocalSectorReplica>(here);
    }

    [Fact]
    public async Task A_first_phase_of_a_commit_comes_from_the_machine_that_has_the_layers()
    {
        var info = new SealVerifyInfo(
            ProverId.FromActorId(1000), Sector.Number, _sealed.Ticket, _sealed.Inputs.Seed, _sealed.Inputs.CommD, _sealed.Inputs.CommR);
        SealCommitPhase1Output output = await _client.ProvePoRepAsync(_machine.Url, RegisteredSealProof.StackedDrg2KiBV1_1, Sector, info);
        Assert.True(_sealed.Verify(output.VanillaProofs, out _));
        RemoteStorageException other = await Assert.ThrowsAsync<RemoteStorageException>(() => _client.ProvePoRepAsync(
            _machine.Url, RegisteredSealProof.StackedDrg2KiBV1_1, Sector, info with { CommR = _sealed.Inputs.CommD }));
        Assert.Equal(RemoteFault.Damaged, other.Fault);
    }

    [Fact]
    public async Task The_wrong_CommR_and_a_half_written_sector_are_told_apart_from_none()
    {
        VanillaChallenge wrong = Challenge with { CommR = _sealed.Inputs.CommD };
        Assert.Equal(RemoteFault.Damaged, await FaultAsync(() => _client.ProveAsync(_machine.Url, wrong, RegisteredSealProof.StackedDrg2KiBV1_1)));
        string replica = StorageLayout.PathOf(_machine.Directory, SectorFileType.Sealed, Sector);
        byte[] whole = await File.ReadAllBytesAsync(replica);
        await File.WriteAllBytesAsync(replica, whole[..1000]);
        Assert.Equal(RemoteFault.Damaged, await FaultAsync(() => _client.ProveAsync(_machine.Url, Challenge, RegisteredSealProof.StackedDrg2KiBV1_1)));
        Assert.Equal(RemoteFault.NotFound, await FaultAsync(
            () => _client.ProveAsync(_machine.Url, Challenge with { Sector = Sector with { Miner = 1001 } }, RegisteredSealProof.StackedDrg2KiBV1_1)));
        SectorReadings read = await new SectorReader(new IndexedReplicas(_index, _client), new SectorReadOptions { Rounds = 1 }).ReadAsync([Challenge], TimeSpan.FromMinutes(1));
        Assert.Contains("2048", Assert.Single(read.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_request_of_lotus_is_understood()
    {
        string commR = Cid.FromSealedCommitment(_sealed.Inputs.CommR.Span).ToString();
        string json = $$"""{"Miner":1000,"Sector":{"SealProof":5,"SectorNumber":7,"SealedCID":{"/":"{{commR}}"},"Challenge":[1,2,3],"Update":false},"ProofType":10}""";
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, "vanilla/single", StorageMachine.Key.Sign(RpcPermissions.Admin), json);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"Miner":1000}""")]
    [InlineData("""{"Miner":1000,"Sector":{"SealProof":5,"SectorNumber":7,"SealedCID":{"/":"bafy2bzaceaa"},"Challenge":[1],"Update":false},"ProofType":10}""")]
    [InlineData("""{"Miner":1000,"Sector":{"SealProof":5,"SectorNumber":7,"SealedCID":$,"Challenge":[],"Update":false},"ProofType":10}""")]
    [InlineData("""{"Miner":1000,"Sector":{"SealProof":5,"SectorNumber":7,"SealedCID":$,"Challenge":[64],"Update":false},"ProofType":10}""")]
    [InlineData("""{"Miner":1000,"Sector":{"SealProof":8,"SectorNumber":7,"SealedCID":$,"Challenge":[1],"Update":false},"ProofType":10}""")]
    [InlineData("""{"Miner":1000,"Sector":{"SealProof":99,"SectorNumber":7,"SealedCID":$,"Challenge":[1],"Update":false},"ProofType":10}""")]
    public async Task A_request_that_cannot_be_is_400(string json)
    {
        json = json.Replace("$", $$"""{"/":"{{Cid.FromSealedCommitment(_sealed.Inputs.CommR.Span)}}"}""", StringComparison.Ordinal);
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, "vanilla/single", Token(RemoteOperations.Prove), json);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "sealed/s-t01000-8", HttpStatusCode.NotFound)]
    [InlineData("GET", "floppy/s-t01000-7", HttpStatusCode.BadRequest)]
    [InlineData("GET", "sealed/s-t01000-07", HttpStatusCode.BadRequest)]
    [InlineData("GET", "sealed/..%2f..%2fetc%2fpasswd", HttpStatusCode.BadRequest)]
    [InlineData("GET", "sealed/fetching", HttpStatusCode.BadRequest)]
    [InlineData("GET", "sealed/s-t01000-7.partial", HttpStatusCode.BadRequest)]
    [InlineData("GET", "cache/s-t01000-7/p_aux", HttpStatusCode.NotFound)]
    [InlineData("GET", "stat/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "stat/a%00b", HttpStatusCode.BadRequest)]
    [InlineData("GET", "", HttpStatusCode.NotFound)]
    [InlineData("PUT", "sealed/s-t01000-7", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "unsealed/s-t01000-7", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "sealed/s-t01000-7?keep=..", HttpStatusCode.BadRequest)]
    [InlineData("GET", "sealed/s-t01000-7/5/allocated/0/127", HttpStatusCode.BadRequest)]
    [InlineData("GET", "unsealed/s-t01000-7/5/allocated/0/127", HttpStatusCode.NotFound)]
    public async Task Every_wrong_path_has_its_status(string method, string path, HttpStatusCode expected)
    {
        using HttpResponseMessage response = await SendAsync(new HttpMethod(method), path, Token(RemoteOperations.All));
        Assert.Equal(expected, response.StatusCode);
        Assert.True(File.Exists(StorageLayout.PathOf(_machine.Directory, SectorFileType.Sealed, Sector)));
    }

    [Fact]
    public async Task A_token_opens_what_it_is_for_and_nothing_else()
    {
        async Task<HttpStatusCode> Get(string? token)
        {
            using HttpResponseMessage response = await SendAsync(HttpMethod.Get, "sealed/s-t01000-7", token);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await Get(null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get("nonsense"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(new RemoteScope(RemoteOperations.All).Sign(new RpcTokenKey(RandomNumberGenerator.GetBytes(32)))));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(new RemoteScope(RemoteOperations.All).Sign(StorageMachine.Key, DateTimeOffset.UtcNow.AddMinutes(-1))));
        Assert.Equal(HttpStatusCode.Forbidden, await Get(Token(RemoteOperations.Prove | RemoteOperations.Stat | RemoteOperations.Delete)));
        Assert.Equal(HttpStatusCode.Forbidden, await Get(new RemoteScope(RemoteOperations.All, "http://elsewhere/remote").Sign(StorageMachine.Key)));
        Assert.Equal(HttpStatusCode.Forbidden, await Get(StorageMachine.Key.Sign(RpcPermissions.Read | RpcPermissions.Write)));
        Assert.Equal(HttpStatusCode.Forbidden, await Get(StorageMachine.Key.Sign(RpcPermissions.Admin, "remote-storage:99:")));
        Assert.Equal(HttpStatusCode.OK, await Get(Token(RemoteOperations.Read)));
        Assert.Equal(HttpStatusCode.OK, await Get(StorageMachine.Key.Sign(RpcPermissions.Admin)));

        // And a token of storage opens no API.
        Assert.True(StorageMachine.Key.TryVerify(Token(RemoteOperations.All), out RpcIdentity? identity));
        Assert.Equal(RpcPermissions.None, identity.Permissions);
    }

    [Fact]
    public void A_token_is_not_sent_to_a_storage_that_it_is_not_for()
    {
        var here = new Uri("http://127.0.0.1:1/remote");
        var token = new FixedRemoteToken("secret", [here]);
        Assert.Equal("secret", token.TokenFor(here, RemoteOperations.Read));
        Assert.Null(token.TokenFor(new Uri("http://127.0.0.1:2/remote"), RemoteOperations.Read));
    }

    [Theory]
    [InlineData("bytes=0-99", 206, 0, 100)]
    [InlineData("bytes=2000-", 206, 2000, 48)]
    [InlineData("bytes=-48", 206, 2000, 48)]
    [InlineData("bytes=2047-99999999999999", 206, 2047, 1)]
    [InlineData("bytes=2048-", 416, 0, 0)]
    [InlineData("bytes=5-2", 200, 0, 2048)]
    public async Task Ranges_of_a_file_are_served(string range, int status, int from, int count)
    {
        byte[] whole = await File.ReadAllBytesAsync(StorageLayout.PathOf(_machine.Directory, SectorFileType.Sealed, Sector));
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, "sealed/s-t01000-7", Token(RemoteOperations.Read), range: range);
        Assert.Equal(status, (int)response.StatusCode);
        if (status != 416)
            Assert.Equal(whole[from..(from + count)], await response.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage directory = await SendAsync(HttpMethod.Get, "cache/s-t01000-7", Token(RemoteOperations.Read), range: range);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, directory.StatusCode);
    }

    [Fact]
    public async Task Room_and_data_are_told_and_files_deleted()
    {
        Assert.True((await _client.StatAsync(_machine.Url, _machine.Id)).Available > 0);

        // The first half of the data, as Lotus marks it: RLE+ of the run [0, 1024) and its length.
        byte[] runs = Bitfield.OfRange(0, 1024).ToRlePlus();
        await _machine.PutAsync(SectorFileType.Unsealed, Sector, [.. new byte[2048], .. runs, .. BitConverter.GetBytes(runs.Length)]);
        Assert.True(await _client.HasUnsealedAsync(_machine.Url, Sector, RegisteredSealProof.StackedDrg2KiBV1_1, 0, 1016));
        Assert.True(await _client.HasUnsealedAsync(_machine.Url, Sector, RegisteredSealProof.StackedDrg2KiBV1_1, 508, 127));
        Assert.False(await _client.HasUnsealedAsync(_machine.Url, Sector, RegisteredSealProof.StackedDrg2KiBV1_1, 508, 635));
        Assert.Equal(RemoteFault.Refused, await FaultAsync(() => _client.HasUnsealedAsync(_machine.Url, Sector, RegisteredSealProof.StackedDrg2KiBV1_1, 1, 127)));
        Assert.Equal(RemoteFault.Refused, await FaultAsync(() => _client.HasUnsealedAsync(_machine.Url, Sector, RegisteredSealProof.StackedDrg2KiBV1_1, 127, long.MaxValue / 127 * 127)));

        await _client.DeleteAsync(_machine.Url, SectorFileType.Unsealed, Sector, [_machine.Id]);
        Assert.True(File.Exists(StorageLayout.PathOf(_machine.Directory, SectorFileType.Unsealed, Sector)));
        await _client.DeleteAsync(_machine.Url, SectorFileType.Unsealed, Sector);
        Assert.False(File.Exists(StorageLayout.PathOf(_machine.Directory, SectorFileType.Unsealed, Sector)));
        Assert.Empty(await _index.FindSectorAsync(Sector, SectorFileType.Unsealed));
        await _client.DeleteAsync(_machine.Url, SectorFileType.Unsealed, Sector);
    }

    [Fact]
    public async Task A_machine_that_is_away_is_transient()
    {
        RemoteStorageException away = await Assert.ThrowsAsync<RemoteStorageException>(() => _client.StatAsync(new Uri("http://127.0.0.1:1/remote"), _machine.Id));
        Assert.True(away.IsTransient);
    }

    private string Token(RemoteOperations operations) => new RemoteScope(operations, _machine.Url.ToString()).Sign(StorageMachine.Key);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, string? json = null, string? range = null)
    {
        using var request = new HttpRequestMessage(method, $"{_machine.Url}/{path}");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (range is not null)
            request.Headers.TryAddWithoutValidation("Range", range);
        return await _http.SendAsync(request);
    }

    private static async Task<RemoteFault> FaultAsync(Func<Task> act) => (await Assert.ThrowsAsync<RemoteStorageException>(act)).Fault;
}
