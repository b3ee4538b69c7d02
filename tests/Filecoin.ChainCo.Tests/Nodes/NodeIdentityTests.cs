using System.Text.Json;
using Filecoin.ChainCo.Nodes;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.ChainCo.Tests.Nodes;

public sealed class NodeIdentityTests
{
    [Theory]
    [InlineData("""{"Version":"1.33.0+mainnet+git.abc","APIVersion":131840,"BlockDelay":30,"Agent":"lotus"}""", NodeKind.Lotus)]
    [InlineData("""{"Version":"0.26.0+git.abc","APIVersion":131840,"BlockDelay":30,"Agent":"forest"}""", NodeKind.Forest)]
    [InlineData("""{"Version":"v1.18.0+git.abc","APIVersion":131840}""", NodeKind.Venus)]
    [InlineData("""{"Version":"0.5.1","APIVersion":131840,"BlockDelay":30}""", NodeKind.Fuhon)]
    [InlineData("""{"Version":"1","APIVersion":1,"BlockDelay":30,"Agent":"other"}""", NodeKind.Unknown)]
    public void The_version_tells_the_implementation(string version, NodeKind kind) =>
        Assert.Equal(kind, NodeIdentity.KindOf(JsonSerializer.Deserialize(version, ApiJsonContext.Default.NodeVersion)!));

    [Theory]
    [InlineData(NodeKind.Lotus, "Filecoin.SyncState", true)]
    [InlineData(NodeKind.Forest, "Filecoin.SyncState", false)]
    [InlineData(NodeKind.Forest, "Filecoin.MpoolSub", false)]
    [InlineData(NodeKind.Venus, "Filecoin.MsigCreate", false)]
    [InlineData(NodeKind.Venus, "Filecoin.MpoolPushMessage", true)]
    [InlineData(NodeKind.Fuhon, "Filecoin.MpoolPush", false)]
    [InlineData(NodeKind.Fuhon, "Filecoin.F3GetManifest", false)]
    [InlineData(NodeKind.Unknown, "Filecoin.Anything", true)]
    public void Quirks_say_what_is_missing(NodeKind kind, string method, bool has) => Assert.Equal(has, NodeQuirks.Of(kind).Has(method));

    [Fact]
    public void Options_are_checked()
    {
        var options = new NodeOptions { Name = "a", Endpoint = "secret:/ip4/127.0.0.1/tcp/1234/http" };
        options.Validate();
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => (options with { Name = " " }).Validate());
        Assert.ThrowsAny<ArgumentException>(() => (options with { Weight = 1001 }).Validate());
        Assert.Throws<FormatException>(() => (options with { Endpoint = "nowhere" }).Validate());
        Assert.ThrowsAny<ArgumentException>(() => new NodeTimings { PollInterval = TimeSpan.Zero }.Validate());
    }

    [Fact]
    public void Health_is_smoothed()
    {
        var health = new NodeHealth();
        health.Answered(TimeSpan.FromMilliseconds(10));
        Assert.Equal(10, health.Latency.TotalMilliseconds, 3);
        for (int i = 0; i < 3; i++)
            health.Failed();
        Assert.InRange(health.ErrorRate, 0.4, 0.5);
        health.Failed();
        Assert.True(health.ErrorRate > 0.5);
        for (int i = 0; i < 20; i++)
            health.Answered(TimeSpan.FromMilliseconds(20));
        Assert.InRange(health.ErrorRate, 0, 0.01);
        Assert.InRange(health.Latency.TotalMilliseconds, 19, 20);
    }
}
