using System.Security.Cryptography;
using System.Text;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Sealing.Tests.Pipeline;

/// <summary>
/// A hub on a chain in memory, and a machine that does stages in no time without making a file: what moves sectors, alone. Time is told by hand.
/// </summary>
internal sealed class PipelineScene : IAsyncDisposable, ISealingStorage
{
    private readonly TestDatabase _database;
    private readonly WorkDirectory _work = new();

    public PipelineScene(string kind)
    {
        _database = new TestDatabase(kind);
        Policy = NetworkPolicy.Development(TimeSpan.FromMilliseconds(1));
        Chain = new TestChain(Policy);
        Options = new SealingOptions
        {
            Miner = Chain.Miner,
            Proof = RegisteredSealProof.StackedDrg2KiBV1_1,
            Policy = Policy,
            PreCommit = new BatchOptions { MaxWait = TimeSpan.Zero, Slack = TimeSpan.Zero },
            Commit = new BatchOptions { MaxWait = TimeSpan.Zero, Slack = TimeSpan.Zero },
        };
    }

    public NetworkPolicy Policy { get; }

    public TestChain Chain { get; }

    public SealingOptions Options { get; set; }

    public SqlDatabase Database => _database.Database;

    public string Description => _database.Description;

    /// <summary>Sectors that may be sealed at once.</summary>
    public int MaxSectors { get; init; } = 256;

    /// <summary>Whether the machine still has its files.</summary>
    public bool FilesExist { get; set; } = true;

    /// <summary>What a run of a stage comes to; null is success.</summary>
    public Func<SectorId, SealStage, StageFault?> Outcome { get; set; } = (_, _) => null;

    /// <summary>What the machine proves a sector with.</summary>
    public Func<SectorFacts, byte[]> Proof { get; set; } = facts => TestChain.Digest([facts.VerifyInfo]);

    /// <summary>What the hub aggregates with.</summary>
    public ISealAggregator? Aggregator { get; init; }

    /// <summary>Another hub over the same database, which does its rounds at the same time.</summary>
    public SealingPipeline? Rival { get; set; }

    /// <summary>Whether those that wait for company go at the end of an epoch with what company there is.</summary>
    public bool PatienceEnds { get; init; }

    /// <summary>Replicas that were made: a ticket makes the same one each time.</summary>
    public Dictionary<SectorId, HashSet<string>> Replicas { get; } = [];

    public async Task<SealingPipeline> StartAsync()
    {
        await SealingPipeline.MigrateAsync(Database);
        return Hub(Database);
    }

    public SealingPipeline Hub(SqlDatabase database)
    {
        var messages = new MessageSender(database, Chain, new TestChain.Signer(), new MessageOptions { Policy = Policy }, SealingPipeline.OnMessageFinal);
        return new SealingPipeline(
            database, Options, Chain, messages, new TaskQueue(), this, new PieceStore(database, TestChain.MinerId, new StagingOptions
            {
                Directory = Path.Combine(_work.Path, "pieces"),
                MaxWaitForSector = TimeSpan.Zero,
                MaxSectors = MaxSectors,
            }), aggregator: Aggregator);
    }

    /// <summary>One epoch: what rests is due, the hubs and their watchers look, the machine works.</summary>
    public async Task StepAsync(SealingPipeline hub, bool mine = true)
    {
        const int Rounds = 4;
        for (int i = 0; i < Rounds; i++)
        {
            await HurryAsync(company: PatienceEnds && i == Rounds - 1);
            await TogetherAsync(hub, one => one.RoundAsync(), () => WorkAsync());
        }

        await HurryAsync();
        await TogetherAsync(hub, one => one.WatchMessagesAsync());
        if (mine)
            Chain.Mine();
    }

    /// <summary>Until every sector is proving, held or removed.</summary>
    public async Task SettleAsync(SealingPipeline hub, int epochs = 400)
    {
        for (int i = 0; i < epochs; i++)
        {
            await StepAsync(hub);
            if ((await hub.CountAsync()).All(c => c.State is SectorState.Proving or SectorState.Held or SectorState.Removed))
                return;
        }

        Assert.Fail($"sectors came to no end: {string.Join(", ", await hub.ListAsync())}");
    }

    public Task HurryAsync(bool company = false) => Database.WriteAsync(async session =>
    {
        await session.ExecuteAsync($"UPDATE seal_sectors SET due = 0 WHERE due IS NOT NULL AND state NOT IN ('Running'{(company ? "" : ", 'Batching'")})");
        await session.ExecuteAsync("UPDATE message_outgoing SET due = 0 WHERE due IS NOT NULL");
    });

    /// <summary>The machine does what is in the queue, as far as it gets.</summary>
    public async Task WorkAsync(int most = int.MaxValue)
    {
        IReadOnlyList<TaskCandidate> tasks = await Database.ReadAsync(session => session.QueryAsync<TaskRow>(
            "SELECT id AS Id, type AS Type, subject AS Subject, payload AS Payload FROM task_queue ORDER BY id LIMIT @most", new { most }))
            is { } rows ? [.. rows.Select(row => new TaskCandidate(row.Id, row.Type, row.Subject, row.Payload, 0, 0))] : [];
        foreach (TaskCandidate task in tasks)
            await RunAsync(task);
    }

    public async Task<SectorDetails> ShowAsync(SealingPipeline hub, SectorId sector) => (await hub.ShowAsync(sector.Number.Value))!;

    public Task<IReadOnlyCollection<SectorId>> HeldAsync(IReadOnlyList<SectorId> sectors, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<SectorId>>([.. sectors]);

    public Task<bool> ExistsAsync(SectorId sector, CancellationToken cancellationToken) => Task.FromResult(FilesExist);

    public Task<SectorPaths> PathsAsync(SectorId sector, SectorSize size, bool hasData, string? path, CancellationToken cancellationToken) =>
        Task.FromResult(SectorPaths.Under(_work.Path, sector, hasData));

    public Task<Stream> OpenPieceAsync(SectorPiece piece, CancellationToken cancellationToken) => Task.FromResult<Stream>(File.OpenRead(piece.Path));

    public Task RemoveAsync(SectorId sector, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<string> StoreAsync(SectorId sector, SectorSize size, bool hasData, CancellationToken cancellationToken) => Task.FromResult("kept");

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _work.Dispose();
    }

    /// <summary>What a hub does and what comes after it, the rival doing the same all the while; a round that the rival made vain is one of many.</summary>
    private async Task TogetherAsync(SealingPipeline hub, Func<SealingPipeline, Task> look, Func<Task>? after = null)
    {
        if (Rival is not { } rival)
        {
            await look(hub);
            await (after?.Invoke() ?? Task.CompletedTask);
            return;
        }

        using var over = new CancellationTokenSource();
        Task other = Task.Run(() => LookUntilAsync(over.Token));
        try
        {
            await Task.Run(() => look(hub));
            await (after?.Invoke() ?? Task.CompletedTask);
        }
        catch (DatabaseException e) when (e.IsTransient)
        {
        }
        finally
        {
            await over.CancelAsync();
            await other;
        }

        async Task LookUntilAsync(CancellationToken end)
        {
            do
            {
                try
                {
                    await look(rival);
                }
                catch (Exception e) when (e is RpcException or MessageException or DatabaseException { IsTransient: true })
                {
                }
            }
            while (!end.IsCancellationRequested);
        }
    }

    private async Task RunAsync(TaskCandidate task)
    {
        SectorId sector = SectorId.Parse(task.Subject);
        if (task.Type == CleanTask.Name)
        {
            await Database.WriteAsync(session => session.ExecuteAsync("DELETE FROM task_queue WHERE id = @Id", new { task.Id }));
            return;
        }

        long run = long.Parse(task.Payload);
        SealStage stage = Enum.Parse<SealStage>(task.Type);
        SectorFacts facts = (await Database.ReadAsync(session => SealStore.FactsAsync(session, sector)))!;
        StageFault? fault = Outcome(sector, stage);
        SdrResult? drawn = stage != SealStage.Sdr ? null
            : facts.Sdr is { } sdr && sdr.Round == facts.Row.Rounds ? sdr
            : await SectorTicket.ChooseAsync(facts, Database, Chain, Options, default);
        await Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("DELETE FROM task_queue WHERE id = @Id", new { task.Id });
            if (drawn is not null)
                await SealStore.NoteAsync(session, sector, run, "machine", PipelineJson.Write(drawn));
            if (fault is { } failed)
                await SealTransitions.FailAsync(session, sector, run, "machine", failed, $"test of {failed}");
            else
                await CompleteAsync(session, facts, stage, run, drawn);
        });
    }

    private async Task CompleteAsync(SqlSession session, SectorFacts facts, SealStage stage, long run, SdrResult? drawn)
    {
        SectorId sector = facts.Row.Id;
        switch (stage)
        {
            case SealStage.Sdr:
                await SealTransitions.CompleteAsync(session, sector, run, "machine", drawn!);
                break;
            case SealStage.Trees:
                byte[] replica = SHA256.HashData(Encoding.UTF8.GetBytes($"{sector} {facts.Ticket}"));
                replica[31] &= 0x3f;
                string commR = Commitment.FromBytes(replica).ToString();
                lock (Replicas)
                {
                    if (!Replicas.TryGetValue(sector, out HashSet<string>? made))
                        Replicas[sector] = made = [];
                    made.Add(commR);
                }

                await SealTransitions.CompleteAsync(session, sector, run, "machine", new TreesResult(commR));
                break;
            case SealStage.PoRep:
                await SealTransitions.CompleteAsync(session, sector, run, "machine", new PoRepResult(Proof(facts)));
                break;
            default:
                await SealTransitions.CompleteAsync(session, sector, run, "machine", new FilesResult("kept"));
                break;
        }
    }

    private sealed record TaskRow
    {
        public long Id { get; init; }

        public string Type { get; init; } = "";

        public string Subject { get; init; } = "";

        public string Payload { get; init; } = "";
    }
}
