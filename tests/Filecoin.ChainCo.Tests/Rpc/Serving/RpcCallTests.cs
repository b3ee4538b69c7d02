using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Tests.Rpc.Serving;

public sealed class RpcCallTests
{
    private static readonly IRpcDispatcher Names = new RpcMethods()
        .Add("Filecoin.ChainHead", RpcPermissions.Read, 0, (_, _) => Task.CompletedTask).For(new RpcIdentity(RpcPermissions.All, ""));

    [Theory]
    [InlineData("1")]
    [InlineData("\"a\\u0041\"")]
    [InlineData("1.50")]
    [InlineData("18446744073709551616000")]
    public void Ids_are_kept_byte_for_byte(string id)
    {
        RpcCall call = Parse($$"""{ "params" : [1, {"a":[]}] , "id": {{id}}, "method":"Filecoin.ChainHead", "extra":{"deep":[1]}, "jsonrpc":"2.0" }""");
        Assert.Equal(id, Encoding.UTF8.GetString(call.Id.Span));
        Assert.Equal("""[1, {"a":[]}]""", Encoding.UTF8.GetString(call.Params.Span));
        Assert.Equal("Filecoin.ChainHead", call.Method);
    }

    [Theory]
    [InlineData("""{"id":1,"method":"Filecoin.ChainHead"}""")]
    [InlineData("""{"id":1,"method":"Filecoin.ChainHead","params":null}""")]
    [InlineData("""{"id":1,"method":"Filecoin.Chain\u0048ead","params":[]}""")]
    public void Parameters_may_be_absent(string json) => Assert.Equal(("[]", "Filecoin.ChainHead"), (Encoding.UTF8.GetString(Parse(json).Params.Span), Parse(json).Method));

    [Theory]
    [InlineData("{", RpcErrorCode.Parse)]
    [InlineData("{\"id\":1,\"method\":\"a\"}x", RpcErrorCode.Parse)]
    [InlineData("{\"id\":1,\"method\":\"a\",}", RpcErrorCode.Parse)]
    [InlineData("\"text\"", RpcErrorCode.InvalidRequest)]
    [InlineData("{}", RpcErrorCode.InvalidRequest)]
    [InlineData("{\"id\":{},\"method\":\"a\"}", RpcErrorCode.InvalidRequest)]
    [InlineData("{\"id\":[1],\"method\":\"a\"}", RpcErrorCode.InvalidRequest)]
    [InlineData("{\"id\":true,\"method\":\"a\"}", RpcErrorCode.InvalidRequest)]
    [InlineData("{\"id\":1,\"id\":2,\"method\":\"a\"}", RpcErrorCode.InvalidRequest)]
    [InlineData("{\"id\":1,\"method\":7}", RpcErrorCode.InvalidRequest)]
    [InlineData("{\"id\":1,\"method\":\"a\",\"method\":\"b\"}", RpcErrorCode.InvalidRequest)]
    [InlineData("{\"id\":1,\"method\":\"a\",\"params\":{}}", RpcErrorCode.InvalidRequest)]
    [InlineData("{\"id\":1,\"method\":\"a\",\"params\":[],\"params\":[]}", RpcErrorCode.InvalidRequest)]
    [InlineData("{\"id\":1,\"jsonrpc\":\"1.0\",\"method\":\"a\"}", RpcErrorCode.InvalidRequest)]
    public void What_is_not_a_call_is_refused(string json, int code) => Assert.Equal(code, Assert.Throws<RpcFaultException>(() => Parse(json)).Code);

    [Fact]
    public void Deep_nesting_is_a_parse_error() => Assert.Equal(
        RpcErrorCode.Parse,
        Assert.Throws<RpcFaultException>(() => Parse($$"""{"id":1,"method":"a","params":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""")).Code);

    [Fact]
    public void Damaged_calls_give_a_call_or_a_fault_and_nothing_else()
    {
        byte[] seed = Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":"x1","method":"Filecoin.StateMinerInfo","params":["f01000",[{"/":"bafy2bzacea"}],{"é":"\ud83d\ude00"}]}""");
        Gen<(int At, byte With, int Cut)> damage =
            from at in Gen.Choose(0, seed.Length - 1) from with in Gen.Choose(0, 255) from cut in Gen.Choose(0, 9) select (at, (byte)with, cut);
        Prop.ForAll(Arb.From(damage.ListOf(4)), changes =>
        {
            byte[] bytes = [.. seed];
            foreach ((int at, byte with, _) in changes)
                bytes[at] = with;
            ReadOnlyMemory<byte> json = changes.Count > 0 && changes[0].Cut == 0 ? bytes.AsMemory(0, changes[0].At) : bytes;
            try
            {
                RpcCall call = RpcCall.Parse(json, Names, out _);
                // What was taken for JSON is JSON to another reader as well.
                using var document = JsonDocument.Parse(call.Params);
                return document.RootElement.ValueKind == JsonValueKind.Array;
            }
            catch (RpcFaultException e)
            {
                return e.Code is RpcErrorCode.Parse or RpcErrorCode.InvalidRequest && JsonDocument.Parse(e.ToJson()) is not null;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void A_batch_is_split_in_order_and_bounded()
    {
        List<ReadOnlyMemory<byte>> calls = RpcCall.Split("""[ {"a":1}, 2 ,[3]]"""u8.ToArray(), 3);
        Assert.Equal(["""{"a":1}""", "2", "[3]"], calls.Select(call => Encoding.UTF8.GetString(call.Span)));
        Assert.Throws<RpcFaultException>(() => RpcCall.Split("[1,2,3]"u8.ToArray(), 2));
        Assert.Throws<RpcFaultException>(() => RpcCall.Split("[]"u8.ToArray(), 2));
        Assert.Throws<RpcFaultException>(() => RpcCall.Split("[1,"u8.ToArray(), 2));
        Assert.Throws<RpcFaultException>(() => RpcCall.Split("[1]]"u8.ToArray(), 2));
    }

    private static RpcCall Parse(string json) => RpcCall.Parse(Encoding.UTF8.GetBytes(json), Names, out _);
}
