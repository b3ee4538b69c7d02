using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Tests.Pipeline;

namespace Filecoin.Sealing.Tests.FaultWalk;

/// <summary>
/// A process that seals is killed at every border that it comes to: around every transaction, around every hand-over to storage, prover and pool, inside
/// labelling, and after each file that a stage writes. Each time another starts over the same database and disk and takes the sector to its end.
/// </summary>
public sealed class FaultWalkTests
{
    [Theory, EachDatabase]
    public async Task Killed_at_every_border_every_sector_reaches_proving(string kind)
    {
        await using var walk = await Walk.StartAsync(kind);
        IReadOnlyList<string> borders = await walk.LifeAsync(null, withData: true);
        Assert.InRange(borders.Count, 60, 400);
        SealStage[] tasks = [.. StageTable.Rows.Where(row => row.Work == StageWork.Task && row.Stage != SealStage.Synthetic).Select(row => row.Stage)];
        Assert.All(tasks, stage => Assert.Contains(borders, border => border.StartsWith($"{stage}: ", StringComparison.Ordinal)));

        // Nothing happens between a transaction's end and the next one's beginning, so one border stands for both.
        for (int at = 1; at <= borders.Count; at++)
        {
            if (at < borders.Count && borders[at - 1].EndsWith("after a transaction", StringComparison.Ordinal) && borders[at].EndsWith("before a transaction", StringComparison.Ordinal))
                continue;
            await walk.LifeAsync((borders[at - 1], borders.Take(at).Count(border => border == borders[at - 1])), withData: true);
        }

        await walk.AssertNothingTwiceAsync();
    }

    /// <summary>Killed again and again, each process getting a little further than the last.</summary>
    [Theory, EachDatabase]
    public async Task Killed_at_one_border_after_another_a_sector_reaches_proving(string kind)
    {
        await using var walk = await Walk.StartAsync(kind);
        await walk.LifeAsync(null, withData: false, lives: [.. Enumerable.Range(0, 25).Select(i => 7 + (i * 5 % 9))]);
        await walk.AssertNothingTwiceAsync();
    }

    /// <summary>A kill between two files of a stage: those after it are not there, and the next is half written under its temporary name.</summary>
    [Theory, EachDatabase]
    public async Task Killed_after_each_file_that_a_stage_writes_the_sector_reaches_proving(string kind)
    {
        await using var walk = await Walk.StartAsync(kind);
        IReadOnlyList<string> borders = await walk.LifeAsync(null, withData: true);
        foreach (SealStage stage in (SealStage[])[SealStage.Sdr, SealStage.TreeD, SealStage.Trees])
        {
            // The last transaction of the stage: all its files are there, and nobody has been told.
            int at = borders.Count(border => border == $"{stage}: before a transaction");
            for (int kept = 0, written = 1; kept < written; kept++)
                written = await walk.TornLifeAsync(at, stage, kept);
        }

        await walk.AssertNothingTwiceAsync();
    }

    /// <summary>A machine that dies while it labels is taken over; when it comes back, what it has is too little, and it leaves the sector to the other.</summary>
    [Theory, EachDatabase]
    public async Task A_machine_that_was_taken_over_drops_what_it_has(string kind)
    {
        await using var walk = await Walk.StartAsync(kind);
        SectorDetails details = await walk.TakenOverAsync();
        Assert.Equal(SectorState.Proving, details.Summary.State);
        Assert.All(details.History, run => Assert.Equal(StageOutcome.Done, run.Outcome));
        Assert.All(details.History.Where(run => run.Machine is not null), run => Assert.Equal("second", run.Machine));
    }

    [Theory, EachDatabase]
    public async Task What_an_operator_takes_out_leaves_no_file(string kind)
    {
        await using var walk = await Walk.StartAsync(kind);
        Assert.NotEmpty(await walk.RemovedAsync(SealStage.PreCommit));
    }

    private sealed class Walk : IAsyncDisposable
    {
        private readonly TestDatabase _database;
        private readonly WorkDirectory _work = new();
        private readonly TestChain _chain;
        private readonly SealingOptions _options;
        private readonly HashSet<ulong> _numbers = [];

        private Walk(string kind)
        {
            _database = new TestDatabase(kind);
            NetworkPolicy policy = NetworkPolicy.Development(TimeSpan.FromMinutes(1));
            _chain = new TestChain(policy);
            _options = new SealingOptions
            {
                Miner = _chain.Miner,
                Proof = RegisteredSealProof.StackedDrg2KiBV1_1,
                Policy = policy,
                PreCommit = new BatchOptions { MaxWait = TimeSpan.Zero, Slack = TimeSpan.Zero },
                Commit = new BatchOptions { MaxWait = TimeSpan.Zero, Slack = TimeSpan.Zero },
            };
        }

        public static async Task<Walk> StartAsync(string kind)
        {
            var walk = new Walk(kind);
            await SealingPipeline.MigrateAsync(walk._database.Database);
            return walk;
        }

        /// <summary>A sector from pledge to proving. The first process is killed at a border; those after it at the borders of <paramref name="lives"/>.</summary>
        /// <returns>The borders of the last process.</returns>
        public async Task<IReadOnlyList<string>> LifeAsync((string? Name, int Count)? killedAt, bool withData, IReadOnlyList<int>? lives = null, Action<string>? onDeath = null)
        {
            var deaths = new Queue<int>(lives ?? []);
            var life = new Mortality(killedAt ?? (deaths.TryDequeue(out int first) ? (null, first) : null)) { OnDeath = onDeath };
            MortalNode node = Node(life);
            string? border = null;
            for (int turn = 0; turn < 300; turn++)
            {
                try
                {
                    if (!await AddedAsync(withData))
                        await AddAsync(node, withData);
                    await TurnAsync(node);
                }
                catch (Exception) when (life.IsDead)
                {
                    // What a kill looks like from inside does not matter.
                }

                if (life.IsDead)
                {
                    border = life.Trace[^1];
                    life = new Mortality(deaths.TryDequeue(out int next) ? (null, next) : null);
                    node = Node(life);
                }

                _chain.Mine();
                if (await SettledAsync() is not { } sector)
                    continue;
                await AssertSoundAsync(sector, border);

                // What is left to be cleaned shall not count as a border of the next life.
                IReadOnlyList<string> borders = [.. life.Trace];
                await Node(new Mortality()).TurnAsync();
                return borders;
            }

            Assert.Fail($"killed at '{border}', the sector came to no end: {string.Join(", ", await Node(new Mortality()).Hub.ListAsync())}");
            return [];
        }

        /// <summary>Killed at a stage's end, with only some of its files on the disk.</summary>
        /// <returns>How many files the stage has written.</returns>
        public async Task<int> TornLifeAsync(int at, SealStage stage, int kept)
        {
            int written = 0;
            string? died = null;
            await LifeAsync(($"{stage}: before a transaction", at), withData: true, onDeath: border =>
            {
                died = border;
                FileInfo[] files = [.. Directory.GetFiles(Path.Combine(_work.Path, "sealing"), "*", SearchOption.AllDirectories).Select(path => new FileInfo(path))
                    .Where(file => Of(file) == stage).OrderBy(file => file.LastWriteTimeUtc.Ticks).ThenBy(file => file.Name, StringComparer.Ordinal)];
                written = files.Length;
                foreach (FileInfo file in files.Skip(kept))
                {
                    file.Delete();
                    File.WriteAllBytes(files[kept].FullName + PendingFile.TemporarySuffix, new byte[77]);
                }
            });
            Assert.True(written > 0, $"killed at '{died}', the {at}. of its name, with {kept} files of {stage} kept: expected files, found none");
            return written;
        }

        public async Task<SectorDetails> TakenOverAsync()
        {
            var life = new Mortality(("labels: before the parents of node 0", 2));
            MortalNode first = Node(life, "first"), second = Node(new Mortality(), "second");
            ulong number = (await first.Hub.PledgeAsync())[0].Number.Value;
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                while (true)
                    await TurnAsync(first);
            });
            Assert.NotEmpty(Directory.GetFiles(_work.Path, "sc-02-data-layer-1.dat", SearchOption.AllDirectories));
            await _database.Database.WriteAsync(session => session.ExecuteAsync("UPDATE machine_nodes SET expires_at = 0"));
            await new MachineLeases(_database.Database, TimeSpan.FromMinutes(1)).ExpireAsync(
                await _database.Database.ReadAsync(session => session.ScalarAsync<long>("SELECT session FROM machine_nodes")), default);
            first = Node(new Mortality(), "first");
            while ((await second.Hub.ShowAsync(number))!.Summary.Stage == SealStage.Sdr)
                await TurnAsync(second);
            for (int i = 0; i < 100 && (await second.Hub.ShowAsync(number))!.Summary.State != SectorState.Proving; i++)
            {
                // The one that was away is always first at the queue.
                await TurnAsync(first);
                await TurnAsync(second);
                _chain.Mine();
            }

            Assert.Empty(Directory.GetFiles(Path.Combine(_work.Path, "first"), "sc-*", SearchOption.AllDirectories));
            return (await second.Hub.ShowAsync(number))!;
        }

        /// <returns>The files that were there before.</returns>
        public async Task<string[]> RemovedAsync(SealStage at)
        {
            MortalNode node = Node(new Mortality());
            ulong number = (await node.Hub.PledgeAsync())[0].Number.Value;
            while ((await node.Hub.ShowAsync(number))!.Summary.Stage < at)
                await TurnAsync(node);
            string[] files = Directory.GetFiles(_work.Path, "sc-02-*", SearchOption.AllDirectories);
            await node.Hub.RemoveAsync(number);
            await TurnAsync(node);
            Assert.Empty(Directory.GetFiles(_work.Path, "s*", SearchOption.AllDirectories));
            Assert.Equal(0, await _database.Database.ReadAsync(session => session.ScalarAsync<long>("SELECT COUNT(*) FROM task_queue")));
            return files;
        }

        private async Task TurnAsync(MortalNode node)
        {
            await _database.Database.WriteAsync(async session =>
            {
                await session.ExecuteAsync("UPDATE seal_sectors SET due = 0 WHERE due IS NOT NULL AND state <> 'Running'");
                await session.ExecuteAsync("UPDATE message_outgoing SET due = 0 WHERE due IS NOT NULL");
            });
            await node.TurnAsync();
        }

        public async Task AssertNothingTwiceAsync()
        {
            IReadOnlyList<SectorSummary> all = await Node(new Mortality()).Hub.ListAsync();
            Assert.All(all, sector => Assert.Equal(SectorState.Proving, sector.State));
            Assert.Equal(all.Count, all.Select(sector => sector.Sector.Number).Distinct().Count());
            Assert.All(_chain.Executed, message => Assert.Equal(0, message.ExitCode));
            ulong[] committed = [.. _chain.Executed.Where(m => m.Message.Method == MinerMethods.PreCommitSectorBatch2)
                .SelectMany(m => DagCbor.Decode<PreCommitSectorBatch2Params>(m.Message.Params.Span).Sectors.Select(s => s.SectorNumber))];
            ulong[] proven = [.. _chain.Executed.Where(m => m.Message.Method == MinerMethods.ProveCommitSectors3)
                .SelectMany(m => DagCbor.Decode<ProveCommitSectors3Params>(m.Message.Params.Span).SectorActivations.Select(s => s.SectorNumber))];
            Assert.Equal(all.Select(sector => sector.Sector.Number.Value), committed.Order());
            Assert.Equal(all.Select(sector => sector.Sector.Number.Value), proven.Order());
            Assert.Empty(Directory.GetFiles(Path.Combine(_work.Path, "sealing"), "*", SearchOption.AllDirectories));
            Assert.Equal(0, await _database.Database.ReadAsync(session => session.ScalarAsync<long>(
                "SELECT (SELECT COUNT(*) FROM task_queue) + (SELECT COUNT(*) FROM task_reservations) + (SELECT COUNT(*) FROM piece_staged)")));
        }

        public async ValueTask DisposeAsync()
        {
            await _database.DisposeAsync();
            _work.Dispose();
        }

        private MortalNode Node(Mortality life) => new(_database.Database, _chain, _options, _work.Path, life);

        private MortalNode Node(Mortality life, string machine) =>
            new(_database.Database, _chain, _options, Path.Combine(_work.Path, machine), life, machine);

        private static SealStage? Of(FileInfo file) => file.Name switch
        {
            var name when name.StartsWith("sc-02-data-layer", StringComparison.Ordinal) => SealStage.Sdr,
            var name when name.StartsWith("sc-02-data-tree-d", StringComparison.Ordinal) => SealStage.TreeD,
            "seal.json" or "seal.lock" => null,
            _ when file.Directory!.Name == "unsealed" => SealStage.TreeD,
            _ => SealStage.Trees,
        };

        private async Task<bool> AddedAsync(bool withData) => await _database.Database.ReadAsync(session => session.ScalarAsync<long>(
            withData ? "SELECT (SELECT COUNT(*) FROM seal_sectors WHERE state <> 'Proving') + (SELECT COUNT(*) FROM piece_staged WHERE state = 'Open')"
                : "SELECT COUNT(*) FROM seal_sectors WHERE state <> 'Proving'")) > 0;

        private async Task AddAsync(MortalNode node, bool withData)
        {
            if (withData)
                await node.Hub.AddPieceAsync(SealingPipelineTests.Data(900 + _numbers.Count));
            else
                await node.Hub.PledgeAsync();
        }

        private async Task<SectorId?> SettledAsync()
        {
            IReadOnlyList<SectorSummary> fresh = [.. (await Node(new Mortality()).Hub.ListAsync()).Where(sector => !_numbers.Contains(sector.Sector.Number.Value))];
            if (fresh.Count == 0 || fresh.Any(sector => sector.State is not (SectorState.Proving or SectorState.Held)))
                return null;
            _numbers.UnionWith(fresh.Select(sector => sector.Sector.Number.Value));
            return fresh[0].Sector;
        }

        private async Task AssertSoundAsync(SectorId sector, string? border)
        {
            SectorDetails details = (await Node(new Mortality()).Hub.ShowAsync(sector.Number.Value))!;
            string told = $"killed at '{border}': {details.Summary}\n{string.Join('\n', details.History)}";
            Assert.True(details.Summary.State == SectorState.Proving, told);
            SectorOnChainInfo proven = (await _chain.SectorAsync(_chain.Miner, sector.Number.Value, TipSetKey.Empty, default))!;
            Assert.Equal(Cid.FromSealedCommitment(details.CommR!.Value.Span), proven.SealedCID);

            // A kill is no failure of a stage: each was done once, under one ticket.
            Assert.True(details.History.All(run => run is { Outcome: StageOutcome.Done, Void: false }), told);
            Assert.True(details.History.Count == details.History.Select(run => run.Stage).Distinct().Count(), told);
            string storage = Path.Combine(_work.Path, "storage");
            SectorFileType kinds = SectorFileType.Sealed | SectorFileType.Cache | (details.Pieces.Count > 0 ? SectorFileType.Unsealed : SectorFileType.None);
            foreach (SectorFileType kind in StorageLayout.Each(kinds))
                Assert.True(Path.Exists(StorageLayout.PathOf(storage, kind, sector)), $"{told}\n{kind}");
        }
    }
}
