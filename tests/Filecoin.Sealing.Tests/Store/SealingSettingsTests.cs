using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Store;

namespace Filecoin.Sealing.Tests.Store;

/// <summary>What a hub tells machines that join.</summary>
public sealed class SealingSettingsTests
{
    private static readonly SealingSettings Settings = new()
    {
        Miner = Address.FromId(1000),
        Proof = RegisteredSealProof.StackedDrg2KiBV1_1,
        Policy = NetworkPolicy.Development(TimeSpan.FromMilliseconds(500)),
        Node = "secret:ws://127.0.0.1:1234",
    };

    [Theory, EachDatabase]
    public async Task Machines_read_what_the_hub_published(string kind)
    {
        await using var test = new TestDatabase(kind);
        Assert.Null(await SealingSettings.FindAsync(test.Database));
        SealingSettings published = await SealingSettings.PublishAsync(test.Database, Settings);
        SealingSettings read = (await SealingSettings.FindAsync(test.Database))!;
        Assert.Equal(Settings, read with { StorageKey = null });
        Assert.True(read.StorageKey!.TryVerify(published.StorageKey!.Sign(RpcPermissions.Admin), out _));
    }

    [Theory, EachDatabase]
    public async Task A_hub_that_starts_anew_changes_settings_and_keeps_the_key(string kind)
    {
        await using var test = new TestDatabase(kind);
        SealingSettings first = await SealingSettings.PublishAsync(test.Database, Settings);
        SealingSettings second = await SealingSettings.PublishAsync(test.Database, Settings with { Node = "ws://127.0.0.1:5678" });
        Assert.True(second.StorageKey!.TryVerify(first.StorageKey!.Sign(RpcPermissions.Admin), out _));
        Assert.Equal("ws://127.0.0.1:5678", (await SealingSettings.FindAsync(test.Database))!.Node);
    }

    [Theory, EachDatabase]
    public async Task A_database_serves_one_miner(string kind)
    {
        await using var test = new TestDatabase(kind);
        await SealingSettings.PublishAsync(test.Database, Settings);
        await Assert.ThrowsAsync<ArgumentException>(() => SealingSettings.PublishAsync(test.Database, Settings with { Miner = Address.FromId(1001) }));
        Assert.Equal(Settings.Miner, (await SealingSettings.FindAsync(test.Database))!.Miner);
    }

    [Theory, EachDatabase]
    public async Task Settings_of_another_form_are_told(string kind)
    {
        await using var test = new TestDatabase(kind);
        await SealingSettings.PublishAsync(test.Database, Settings);
        foreach (string text in new[] { "", "null", "{}", "[1]", "{\"miner\":\"x\",\"proof\":\"StackedDrg2KiBV1_1\",\"policy\":{},\"node\":\"\"}", new string('x', 1 << 17) })
        {
            await test.Database.WriteAsync(session => session.ExecuteAsync("UPDATE seal_settings SET document = @text", new { text }));
            await Assert.ThrowsAsync<InvalidDataException>(() => SealingSettings.FindAsync(test.Database));
        }
    }
}
