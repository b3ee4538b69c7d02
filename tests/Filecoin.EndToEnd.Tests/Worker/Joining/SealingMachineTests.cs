using System.Security.Cryptography;
using System.Text.Json;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.EndToEnd.Tests.Worker.Joining;

/// <summary>Machines that join a hub over its database, as processes that are killed, stopped and started anew.</summary>
public sealed class SealingMachineTests
{
    [Theory, EachDatabase]
    public async Task A_machine_joins_with_the_database_alone_takes_tasks_and_serves_what_it_made(string kind)
    {
        await using SealingScene scene = await SealingScene.StartAsync(kind);
        SampleProcess machine = scene.Machine("m1", "--json");
        SectorId sector = Assert.Single(await scene.Hub.PledgeAsync());
        SectorDetails details = await scene.UntilAsync(sector, SealStage.PreCommit);
        Assert.All(details.History.Where(run => run.Stage is SealStage.Sdr or SealStage.Trees), run => Assert.Equal("m1", run.Machine));

        // Another machine finds the sector in the index and fetches it.
        IReadOnlyList<SectorStorageInfo> found = await scene.Index.FindSectorAsync(sector, SectorFileType.Cache);
        using var client = new RemoteStorageClient(new ScopedRemoteTokens(scene.Settings.StorageKey!));
        using var elsewhere = new WorkDirectory();
        string fetched = await new SectorFetcher(client).FetchAsync(
            [.. Assert.Single(found).BaseUrls.Select(url => new Uri(url))], SectorFileType.Cache, sector, SectorSize.KiB2, elsewhere.Path);
        Assert.True(File.Exists(Path.Combine(fetched, "p_aux")));

        // It says on standard output what happened, an object a line.
        machine.AskToEnd();
        string[] lines = (await machine.EndedAsync(0)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => JsonDocument.Parse(line).RootElement.GetProperty("Message").GetString()!.StartsWith("Takes tasks of miner", StringComparison.Ordinal));
        Assert.Equal(MachinePresence.Gone, Assert.Single(await scene.Cluster.MachinesAsync()).Presence);
    }

    [Fact]
    public async Task A_machine_seals_data_that_lies_on_the_hub()
    {
        await using SealingScene scene = await SealingScene.StartAsync("sqlite");
        scene.Machine("m1");
        byte[] data = RandomNumberGenerator.GetBytes(2000);
        SectorId sector = await scene.Hub.PledgeAsync(new PieceRequest { Data = new MemoryStream(data), DataBytes = data.Length });
        SectorDetails details = await scene.UntilAsync(sector, SealStage.PreCommit);
        Assert.Equal(DataCommitment.Compute(SectorSize.KiB2, PieceCommitment.Compute(data)), details.CommD);
        Assert.Equal("m1", details.History.Last(run => run.Stage == SealStage.TreeD).Machine);
    }

    [Theory, EachDatabase]
    public async Task A_machine_that_is_killed_in_the_middle_of_a_task_is_taken_over(string kind)
    {
        await using SealingScene scene = await SealingScene.StartAsync(kind);
        (SampleProcess first, SectorId sector) = await StuckMachineAsync(scene);
        await first.KillAsync();
        scene.WakeNode();
        scene.Machine("m2");

        SectorDetails details = await scene.UntilAsync(sector, SealStage.PreCommit);
        Assert.Equal("m2", details.History.Last(run => run.Stage == SealStage.Sdr).Machine);
        Assert.Equal(["lost", "done"], (await scene.Cluster.HistoryAsync(sector.ToString())).Where(entry => entry.Type == "Sdr").Reverse().Select(entry => entry.Outcome));
    }

    [Theory, EachDatabase]
    public async Task A_machine_that_is_told_to_end_gives_back_what_it_cannot_finish(string kind)
    {
        await using SealingScene scene = await SealingScene.StartAsync(kind);
        (SampleProcess machine, _) = await StuckMachineAsync(scene, "--drain", "1");
        machine.AskToEnd();
        await machine.EndedAsync(0);
        LiveTask task = Assert.Single(await scene.Cluster.TasksAsync());
        Assert.Equal((null, 0L, 0L), (task.Machine, task.Losses, task.Attempts));
    }

    [Fact]
    public async Task A_second_signal_ends_at_once()
    {
        await using SealingScene scene = await SealingScene.StartAsync("sqlite");
        (SampleProcess machine, _) = await StuckMachineAsync(scene, "--drain", "3600");
        machine.AskToEnd();
        await machine.SaysAsync("Takes no more tasks");
        machine.AskToEnd();
        await machine.EndedAsync(130);
        Assert.Equal("m1", Assert.Single(await scene.Cluster.TasksAsync()).Machine);
    }

    [Fact]
    public async Task A_storage_machine_takes_no_tasks()
    {
        await using SealingScene scene = await SealingScene.StartAsync("sqlite");
        SampleProcess machine = scene.Machine("store", "--seal", "none");
        await machine.SaysAsync("Stores in ");
        await scene.UntilAsync(() => scene.Index.ListPathsAsync(), paths => paths.Count == 2, _ => "no path beside the hub's");
        Assert.Empty(await scene.Cluster.MachinesAsync());
        machine.AskToEnd();
        await machine.EndedAsync(0);
    }

    [Theory]
    [InlineData("", "--database")]
    [InlineData("--post window", "--hub")]
    [InlineData("--database x.db --seal sdr,oven", "oven")]
    [InlineData("--database x.db --lease 0", "--lease")]
    public async Task Options_that_cannot_be_are_told(string arguments, string told)
    {
        using var work = new WorkDirectory();
        await using SampleProcess process = SampleProcess.Start("filecoin-worker", work.Path, ["run", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Contains(told, await process.EndedAsync(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_is_not_mounted_is_not_taken_for_an_empty_one()
    {
        await using SealingScene scene = await SealingScene.StartAsync("sqlite");
        using var empty = new WorkDirectory();
        Assert.Contains("sectorstore.json", await scene.Machine("m1", "--storage", empty.Path).EndedAsync(3), StringComparison.Ordinal);
    }

    /// <summary>A machine with a task in hand that does not go on, for the node does not answer.</summary>
    private static async Task<(SampleProcess Machine, SectorId Sector)> StuckMachineAsync(SealingScene scene, params string[] arguments)
    {
        SectorId sector = Assert.Single(await scene.Hub.PledgeAsync());
        await scene.UntilAsync(() => scene.Cluster.TasksAsync(), tasks => tasks.Count == 1, _ => "no task");
        scene.HangNode();
        SampleProcess machine = scene.Machine("m1", arguments);
        await scene.UntilAsync(() => scene.Cluster.TasksAsync(), tasks => tasks.Any(task => task.Machine == "m1"), _ => "no task taken");
        return (machine, sector);
    }
}
