using System.Text;
using System.Text.Json;
using Filecoin.ChainCo.Rpc;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.ChainCo.Tests.Rpc;

public sealed class JsonRpcFrameTests
{
    [Fact]
    public void Requests_are_what_go_jsonrpc_reads()
    {
        Assert.Equal("""{"jsonrpc":"2.0","id":7,"method":"Filecoin.X","params":[1]}""", Encoding.UTF8.GetString(JsonRpcFrame.Request(7, "Filecoin.X", "[1]"u8.ToArray()).Span));
        Assert.Equal("""{"jsonrpc":"2.0","method":"xrpc.cancel","params":[1]}""", Encoding.UTF8.GetString(JsonRpcFrame.Request(null, "xrpc.cancel", "[1]"u8.ToArray()).Span));
    }

    [Theory]
    [InlineData("{\"id\":\"7\",\"result\":[1, 2]}", 7L, "[1, 2]")]
    [InlineData("{\"result\": {\"a\":{\"b\":[]}} ,\"id\":7}", 7L, "{\"a\":{\"b\":[]}}")]
    [InlineData("{\"id\":\"x\",\"result\":\"s\"}", null, "\"s\"")]
    [InlineData("{\"id\":1.5,\"result\":null}", null, "null")]
    [InlineData("{\"id\":99999999999999999999,\"result\":1,\"other\":[{}]}", null, "1")]
    public void Ids_and_results(string json, long? id, string result)
    {
        var frame = JsonRpcFrame.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Equal(id, frame.NumericId);
        Assert.Equal(result, Encoding.UTF8.GetString(frame.Result.Span));
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        string deep = $"{{\"result\":{new string('[', 100_000)}";
        Assert.ThrowsAny<JsonException>(() => JsonRpcFrame.Parse(Encoding.UTF8.GetBytes(deep)));
    }

    [Fact]
    public void Any_mutation_parses_or_is_refused_as_json()
    {
        byte[] frame = """{"jsonrpc":"2.0","id":3,"method":"xrpc.ch.val","params":[7,{"a":"b"}],"error":{"code":1,"message":"m","data":[1]},"result":"r"}"""u8.ToArray();
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<byte>(), ArbMap.Default.ArbFor<byte[]>(), (at, to, noise) =>
        {
            byte[] mutated = [.. frame];
            mutated[(at & int.MaxValue) % frame.Length] = to;
            return Parses(mutated) && Parses(noise) && Parses(frame.AsMemory(0, (at & int.MaxValue) % frame.Length));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static bool Parses(ReadOnlyMemory<byte> json)
    {
        try
        {
            JsonRpcFrame.Parse(json);
            return true;
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
