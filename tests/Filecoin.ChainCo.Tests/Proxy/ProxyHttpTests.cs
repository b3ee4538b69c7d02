using System.Text.Json;
using Filecoin.ChainCo.Proxy;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Tests.Proxy;

public sealed class ProxyHttpTests
{
    [Fact]
    public async Task Bad_input_is_answered_as_lotus_does_and_harms_nothing()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(1, options => options with { MaxRequestBytes = 1 << 20 });
        foreach ((string body, int status, int code) in new[]
        {
            ("", 400, RpcErrorCode.InvalidRequest),
            ("   ", 400, RpcErrorCode.InvalidRequest),
            ("{nonsense", 500, RpcErrorCode.Parse),
            ("[]", 400, RpcErrorCode.InvalidRequest),
            ("[1", 500, RpcErrorCode.Parse),
            ("""{"id":1,"method":7}""", 400, RpcErrorCode.InvalidRequest),
            ("""{"id":{},"method":"Filecoin.ChainHead"}""", 400, RpcErrorCode.InvalidRequest),
            ("""{"id":1,"method":"Filecoin.NoSuch","params":[]}""", 500, RpcErrorCode.MethodNotFound),
            ("""{"id":1,"method":"Filecoin.ChainNotify","params":[]}""", 500, RpcErrorCode.MethodNotFound),
            ("""{"id":1,"method":"Filecoin.StateMinerInfo","params":["f01000",[{"/":"no cid"}]]}""", 500, RpcErrorCode.InvalidParams),
            ("""{"id":1,"method":"Filecoin.ChainGetTipSet","params":[7]}""", 500, RpcErrorCode.InvalidParams),
            ($$"""{"id":1,"method":"Filecoin.ChainHead","params":{{new string('[', 90)}}{{new string(']', 90)}}}""", 500, RpcErrorCode.Parse),
            ($$"""{"id":1,"method":"Filecoin.ChainHead","params":["{{new string('x', 2 << 20)}}"]}""", 500, RpcErrorCode.Parse),
        })
        {
            (int answered, string json) = await pool.PostAsync(body);
            using var document = JsonDocument.Parse(json);
            Assert.Equal((body.Length > 200 ? "" : body, status, code), (body.Length > 200 ? "" : body, answered, ProxyPool.CodeOf(document.RootElement)));
            Assert.Equal("2.0", document.RootElement.GetProperty("jsonrpc").GetString());
        }

        Assert.Equal(pool.Head.Height.Value, (await pool.CallAsync("Filecoin.ChainHead")).GetProperty("result").GetProperty("Height").GetInt64());
        Assert.Equal(404, (await pool.PostAsync("{}", path: "/rpc/v7")).Status);
    }

    [Fact]
    public async Task Results_errors_and_ids_pass_byte_for_byte()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(1, each: (_, rpc) => rpc
            .On("StateMinerInfo", p => $$"""{ "raw" : {{p.GetRawText()}}, "n": 1.0 }"""));
        (int status, string body) = await pool.PostAsync("""{"jsonrpc":"2.0","id":"\u0041-1","method":"Filecoin.StateMinerInfo","params":[ "f01000" , []]}""");
        Assert.Equal((200, """{"jsonrpc":"2.0","result":{ "raw" : [ "f01000" , []], "n": 1.0 },"id":"\u0041-1"}"""), (status, body));
        pool.Daemons[0].Rpc.RawHttp.Enqueue((200, """{"jsonrpc":"2.0","error":{"code":11,"message":"actor \"x\" not there","data":{"a":[1]}},"id":1}"""));
        JsonElement response = await pool.CallAsync("Filecoin.StateGetActor", """["f099",[]]""");
        Assert.Equal((11, "actor \"x\" not there"), (ProxyPool.CodeOf(response), ProxyPool.MessageOf(response)));
        Assert.Equal("""{"a":[1]}""", response.GetProperty("error").GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task A_batch_is_answered_in_order_with_each_error_in_its_place()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(1);
        (int status, string body) = await pool.PostAsync(
            """[{"id":3,"method":"Filecoin.ChainHead"},{"id":"b","method":"Filecoin.Nope"},{"method":"Filecoin.ChainHead"},17,{"id":4,"method":"Filecoin.ChainGetTipSet","params":[null]}]""");
        JsonElement answers = JsonDocument.Parse(body).RootElement;
        Assert.Equal(200, status);
        Assert.Equal(["3", "\"b\"", "null", "4"], answers.EnumerateArray().Select(answer => answer.GetProperty("id").GetRawText()));
        Assert.Equal(RpcErrorCode.MethodNotFound, ProxyPool.CodeOf(answers[1]));
        Assert.Equal(RpcErrorCode.InvalidRequest, ProxyPool.CodeOf(answers[2]));
        Assert.Equal(answers[0].GetProperty("result").GetRawText(), answers[3].GetProperty("result").GetRawText());
    }

    [Fact]
    public async Task Tokens_and_permissions_are_enforced()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(1, options => options with { Clients = [new ClientOptions { Name = "narrow", Methods = ["Filecoin.Chain*"] }] });
        const string Head = """{"id":1,"method":"Filecoin.ChainHead"}""", Push = """{"id":1,"method":"Filecoin.MpoolPush","params":[{}]}""";
        Assert.Equal(401, (await pool.PostAsync(Head, rawToken: "nonsense")).Status);
        Assert.Equal(401, (await pool.PostAsync(Head, rawToken: new RpcTokenKey(new byte[32]).Sign(RpcPermissions.All))).Status);
        Assert.Equal(200, (await pool.PostAsync(Head, token: null)).Status);
        Assert.Equal(200, (await pool.PostAsync(Head, token: null, path: "/rpc/v1?token=" + pool.Key.Sign(RpcPermissions.Read))).Status);
        Assert.Equal(401, (await pool.PostAsync(Head, token: null, path: "/rpc/v1?token=x")).Status);
        (int status, string body) = await pool.PostAsync(Push, RpcPermissions.Read | RpcPermissions.Sign);
        Assert.Equal((200, "missing permission to invoke 'MpoolPush' (need 'write')"), (status, ProxyPool.MessageOf(JsonDocument.Parse(body).RootElement)));
        (_, body) = await pool.PostAsync("""{"id":1,"method":"Filecoin.StateNetworkName"}""", rawToken: pool.Key.Sign(RpcPermissions.All, "narrow"));
        Assert.Contains("not among the methods", body, StringComparison.Ordinal);
        JsonElement refused = await pool.CallAsync("Filecoin.Shutdown");
        Assert.Contains("X-Filecoin-Node", ProxyPool.MessageOf(refused), StringComparison.Ordinal);
        Assert.DoesNotContain(pool.Daemons[0].Rpc.Requests, request => request.Method is "Filecoin.Shutdown" or "Filecoin.MpoolPush");
    }

    [Fact]
    public async Task A_client_calls_the_methods_of_its_list_and_no_others()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(
            1, options => options with { Clients = [new ClientOptions { Name = "explorer", Methods = ["Filecoin.ChainHead", "Filecoin.State*"] }, new ClientOptions { Name = "*", Methods = ["Filecoin.Version"] }] },
            each: (_, rpc) => rpc.On("StateMinerInfo", _ => "{}"));
        string explorer = pool.Key.Sign(RpcPermissions.All, "explorer"), other = pool.Key.Sign(RpcPermissions.All, "other");
        foreach ((string token, string method, bool may) in new[]
        {
            (explorer, "ChainHead", true), (explorer, "StateMinerInfo", true), (explorer, "ChainGetTipSet", false), (explorer, "Version", false), (explorer, "WalletList", false),
            (other, "Version", true), (other, "ChainHead", false),
        })
        {
            (_, string body) = await pool.PostAsync($$"""{"id":1,"method":"Filecoin.{{method}}","params":[]}""", rawToken: token);
            Assert.Equal(may, !body.Contains("is not among the methods", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_client_beyond_its_rate_is_told_so_and_others_are_not()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(1, options => options with { Clients = [new ClientOptions { Name = "greedy", RatePerSecond = 1, Burst = 3 }] });
        string greedy = pool.Key.Sign(RpcPermissions.Read, "greedy");
        var statuses = new List<int>();
        for (int i = 0; i < 8; i++)
            statuses.Add((await pool.PostAsync("""{"id":1,"method":"Filecoin.ChainHead"}""", rawToken: greedy)).Status);
        Assert.Equal([200, 200, 200], statuses.Take(3));
        Assert.Contains(429, statuses);
        Assert.Equal(200, (await pool.PostAsync("""{"id":1,"method":"Filecoin.ChainHead"}""")).Status);
    }

    [Fact]
    public async Task Immutable_reads_are_asked_once_and_what_is_not_there_is_asked_again()
    {
        int blocks = 0, objects = 0;
        await using ProxyPool pool = await ProxyPool.StartAsync(1, each: (_, rpc) => rpc
            .On("ChainGetBlock", _ => $$"""{"n":{{Interlocked.Increment(ref blocks)}}}""")
            .On("ChainHasObj", _ => Interlocked.Increment(ref objects) > 2 ? "true" : "false"));
        for (int i = 0; i < 3; i++)
            Assert.Equal(1, (await pool.CallAsync("Filecoin.ChainGetBlock", """[{"/":"bafy"}]""")).GetProperty("result").GetProperty("n").GetInt32());
        var there = new List<bool>();
        for (int i = 0; i < 4; i++)
            there.Add((await pool.CallAsync("Filecoin.ChainHasObj", "[1]")).GetProperty("result").GetBoolean());
        Assert.Equal(new List<bool> { false, false, true, true }, there);
        Assert.Equal((1, 3), (blocks, objects));
    }

    [Fact]
    public async Task Health_is_told_and_a_drain_makes_it_not_ready()
    {
        await using ProxyPool pool = await ProxyPool.StartAsync(2);
        using var client = new HttpClient { BaseAddress = pool.Url };
        Assert.Equal("ok", await client.GetStringAsync("/health/livez"));
        Assert.Equal("ok", await client.GetStringAsync("/health/readyz"));
        JsonElement detail = JsonDocument.Parse(await client.GetStringAsync("/health/detail")).RootElement;
        Assert.Equal(2, detail.GetProperty("nodes").GetArrayLength());
        Assert.Equal(pool.Head.Height.Value, detail.GetProperty("freshest").GetProperty("height").GetInt64());
        await pool.Server.DrainAsync();
        using HttpResponseMessage ready = await client.GetAsync("/health/readyz");
        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Equal("ok", await client.GetStringAsync("/health/livez"));
        Assert.Equal(200, (await pool.PostAsync("""{"id":1,"method":"Filecoin.ChainHead"}""")).Status);
    }
}
