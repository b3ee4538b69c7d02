using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.EndToEnd.Tests.Miner;

/// <summary>
/// A storage machine as a process that stops answering and does not end, as with a disk that hangs: connections to it are taken, and nothing comes.
/// </summary>
public sealed class HungDiskTests
{
    [NativeFact]
    public async Task Sectors_of_a_machine_that_hangs_are_proven_from_elsewhere_or_skipped_and_recover()
    {
        await using StorageScene scene = await StorageScene.StartAsync();
        SampleProcess sealer = await scene.SealTwoSectorsAsync("sealer");
        await scene.StoreCopyAsync("keeper", "sealer", sector: 0);
        ulong deadline = await scene.DeadlineOfBothAsync();

        // Its challenge is drawn and its sectors are about to be read when the machine stops, which the index knows only some time later.
        DeadlineInfo window = await scene.UntilChallengeAsync(deadline);
        await scene.FreezeAsync(sealer);
        MinerPartition partition = await scene.PartitionAtAsync(deadline, window.Close + 1);

        // The sector that lies elsewhere too was proven in its window, the other one told.
        Assert.Equal([0UL, 1UL], partition.LiveSectors.Bits());
        Assert.Equal([1UL], partition.FaultySectors.Bits());
        Assert.Equal(new TokenAmount(2048), await scene.PowerAsync());
        string told = await scene.Hub.SaysAsync(
            line => line.Contains($"deadline {deadline} partition 0: 1 of 2 sectors skipped: 1: ", StringComparison.Ordinal), "which sector is skipped");
        Assert.Contains(scene.UrlOf("sealer"), told, StringComparison.Ordinal);
        Assert.Contains("no answer", told, StringComparison.Ordinal);

        // It goes on as if nothing had been: its sector is declared recovered ahead of the next window, and proven in it.
        sealer.Thaw();
        scene.GoOn();
        await scene.Hub.SaysAsync($"deadline {deadline}: DeclareRecoveries handed to the sender");
        window = await scene.UntilChallengeAsync(deadline);
        partition = await scene.PartitionAtAsync(deadline, window.Close + 1);
        Assert.Empty(partition.FaultySectors.Bits());
        Assert.Equal(new TokenAmount(4096), await scene.PowerAsync());
    }
}
