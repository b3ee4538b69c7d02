using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Benchmarks.Pipeline;

/// <summary>
/// One round of the poller over sectors that are all being sealed or proving. What is due in a round of five seconds on the network, when 100,000 wait
/// for messages: each is looked at again after ten epochs, so a sixtieth of them; and 64 of other stages move on, which is a million a day.
/// </summary>
[CpuTime, MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 2, iterationCount: 10, invocationCount: 1)]
public class PollerBenchmarks
{
    private const int Moving = 64;

    private readonly StillChain _chain = new();
    private BenchmarkDatabase _test = null!;
    private SealPoller _poller = null!;

    public static IEnumerable<string> Databases => BenchmarkDatabase.Kinds;

    [ParamsSource(nameof(Databases))]
    public string Database { get; set; } = "";

    [Params(10_000, 100_000)]
    public int Sectors { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _test = new BenchmarkDatabase(Database);
        SqlDatabase database = _test.Database;
        await SealingPipeline.MigrateAsync(database);
        var options = new SealingOptions { Miner = Address.FromId(1000), Proof = RegisteredSealProof.StackedDrg32GiBV1_1 };
        var sender = new MessageSender(database, _chain, _chain);
        _poller = new SealPoller(database, options, _chain, _chain, sender, new TaskQueue(), NullLogger.Instance);
        await database.WriteAsync(async session =>
        {
            // In messages of 16, half of them precommits.
            await session.ExecuteAsync(
                """
                WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < @last)
                INSERT INTO seal_sectors (miner, number, proof, expiration, stage, state, version, attempt, rounds, since_run, run, due, ready, created, changed, waits_for)
                SELECT 1000, i, 8, 0, CASE WHEN i % 32 < 16 THEN 'PreCommitLanding' ELSE 'CommitLanding' END, 'Waiting', 0, 0, 1, 0, 0, 9000000000000000, 0, 0, 0,
                    'message-' || CAST(i / 16 AS TEXT) FROM n
                """,
                new { last = Sectors - 1 });
            for (int i = 0; i <= Sectors / 16; i++)
            {
                await sender.WriteAsync(
                    session, new OutgoingMessage { IdempotencyKey = $"message-{i}", Kind = MessageKind.PreCommit, From = Address.FromId(101), To = Address.FromId(1000) }, Address.FromId(101));
            }
        });
    }

    [GlobalCleanup]
    public ValueTask CleanupAsync() => _test.DisposeAsync();

    [IterationSetup(Target = nameof(Idle))]
    public void NothingDue() => DueAsync(0, 0).GetAwaiter().GetResult();

    [IterationSetup(Target = nameof(Steady))]
    public void SomeDue() => DueAsync(Sectors / 60, Moving).GetAwaiter().GetResult();

    [IterationSetup(Target = nameof(AllDue))]
    public void EverythingDue() => DueAsync(Sectors, 0).GetAwaiter().GetResult();

    /// <summary>Nothing is due.</summary>
    [Benchmark(Baseline = true)]
    public Task<int> Idle() => _poller.RoundAsync();

    /// <summary>A usual round.</summary>
    [Benchmark]
    public Task<int> Steady() => _poller.RoundAsync();

    /// <summary>Everything is due at once, as after a long absence.</summary>
    [Benchmark]
    public Task<int> AllDue() => _poller.RoundAsync();

    private Task DueAsync(int waiting, int moving) => _test.Database.WriteAsync(async session =>
    {
        await session.ExecuteAsync("DELETE FROM task_queue");
        await session.ExecuteAsync("DELETE FROM seal_stages");
        await session.ExecuteAsync("UPDATE seal_sectors SET stage = 'CommitLanding', state = 'Waiting', run = 0, due = 9000000000000000, waits_for = 'message-0' WHERE state IN ('Ready', 'Running')");
        await session.ExecuteAsync("UPDATE seal_sectors SET due = 9000000000000000 WHERE due < 9000000000000000");
        await session.ExecuteAsync("UPDATE seal_sectors SET due = 0 WHERE number < @waiting", new { waiting });
        await session.ExecuteAsync("UPDATE seal_sectors SET due = 0, stage = 'Trees', state = 'Ready', waits_for = NULL WHERE number >= @from", new { from = Sectors - moving });
    });
}
