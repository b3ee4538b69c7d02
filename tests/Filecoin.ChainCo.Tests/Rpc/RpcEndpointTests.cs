using Filecoin.ChainCo.Rpc;

namespace Filecoin.ChainCo.Tests.Rpc;

public sealed class RpcEndpointTests
{
    [Theory]
    [InlineData("http://127.0.0.1:1234/rpc/v1", "http://127.0.0.1:1234/rpc/v1", null)]
    [InlineData("http://127.0.0.1:1234", "http://127.0.0.1:1234/rpc/v1", null)]
    [InlineData("ws://node:1234/rpc/v0?token=abc.def", "ws://node:1234/rpc/v0", "abc.def")]
    [InlineData("https://node/rpc/v1?x=1&token=a%2Bb", "https://node/rpc/v1", "a+b")]
    [InlineData("/ip4/127.0.0.1/tcp/1234/http", "http://127.0.0.1:1234/rpc/v1", null)]
    [InlineData("eyJ.abc.x_y-z:/ip4/10.0.0.1/tcp/1234/http", "http://10.0.0.1:1234/rpc/v1", "eyJ.abc.x_y-z")]
    [InlineData("tok:/ip4/10.0.0.1/tcp/1234", "http://10.0.0.1:1234/rpc/v1", "tok")]
    [InlineData("tok:/dns/node.example/tcp/443/wss", "wss://node.example:443/rpc/v1", "tok")]
    [InlineData("/ip6/::1/tcp/3453/ws", "ws://[::1]:3453/rpc/v1", null)]
    [InlineData("tok:/ip6/::1/tcp/3453/ws", "ws://[::1]:3453/rpc/v1", "tok")]
    [InlineData("tok:http://127.0.0.1:1234/rpc/v1", "http://127.0.0.1:1234/rpc/v1", "tok")]
    [InlineData(" tok:ws://127.0.0.1:1234/rpc/v1 ", "ws://127.0.0.1:1234/rpc/v1", "tok")]
    public void What_operators_paste(string text, string url, string? token)
    {
        var endpoint = RpcEndpoint.Parse(text);
        Assert.Equal(new Uri(url), endpoint.Url);
        Assert.Equal(token, endpoint.Token);
        Assert.DoesNotContain(token ?? "\0", endpoint.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:1234")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("/ip4/127.0.0.1/udp/1234/http")]
    [InlineData("/ip4/node/tcp/1234/http")]
    [InlineData("/ip4/127.0.0.1/tcp/99999/http")]
    [InlineData("/ip4/127.0.0.1/tcp/1234/ftp")]
    [InlineData("/ip4/127.0.0.1/tcp/1234/http/x")]
    [InlineData("http://127.0.0.1:1234/?token=a%0Ab")]
    [InlineData("se cret:/ip4/127.0.0.1/tcp/1234/http")]
    public void Anything_else_is_refused_without_showing_the_token(string text)
    {
        var error = Assert.Throws<FormatException>(() => RpcEndpoint.Parse(text));
        Assert.DoesNotContain("se cret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Http_and_websocket_share_a_port()
    {
        var endpoint = RpcEndpoint.Parse("tok:/ip4/127.0.0.1/tcp/1234/http");
        Assert.Equal("ws://127.0.0.1:1234/rpc/v1", endpoint.With(webSocket: true).ToString());
        Assert.Equal("tok", endpoint.With(webSocket: true).Token);
        Assert.Equal("https://node/rpc/v1", RpcEndpoint.Parse("wss://node").With(webSocket: false).ToString());
    }
}
