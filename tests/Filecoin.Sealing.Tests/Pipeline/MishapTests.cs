using FsCheck;
using FsCheck.Fluent;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Database;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Tests.FaultWalk;

namespace Filecoin.Sealing.Tests.Pipeline;

/// <summary>Whatever happens, in whatever order: when it is over, the printed commands are all that it takes to bring every sector to its end.</summary>
public sealed class MishapTests
{
    [Fact]
    public void After_any_mishaps_every_sector_comes_to_its_end() => Check("sqlite", 20, 14);

    [Fact]
    public void After_any_mishaps_every_sector_comes_to_its_end_on_a_server()
    {
        if (EachDatabaseAttribute.Server is not null)
            Check("postgresql", 6, 12);
    }

    [SlowFact]
    public void After_many_mishaps_every_sector_comes_to_its_end() => Check("sqlite", 400, 40);

    [SlowFact]
    public void After_many_mishaps_every_sector_comes_to_its_end_on_a_server()
    {
        if (EachDatabaseAttribute.Server is not null)
            Check("postgresql", 150, 30);
    }

    private static void Check(string kind, int tests, int most)
    {
        Gen<(Habits Habits, List<Mishap> Mishaps)> stories =
            from habits in Habits.Any from length in Gen.Choose(2, most) from mishaps in Mishap.Any.ListOf(length) select (habits, mishaps.ToList());
        Prop.ForAll(stories.ToArbitrary(), story => Task.Run(() => LiveAsync(kind, story.Habits, story.Mishaps)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
    }

    private static async Task LiveAsync(string kind, Habits habits, List<Mishap> story)
    {
        await using var world = new World(kind, habits);
        await world.StartAsync();
        try
        {
            await LiveAsync(world, story);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new InvalidOperationException(string.Join('\n', story.Prepend<object>(habits)) + $"\nin all, and then: {e.Message}", e);
        }
    }

    private static async Task LiveAsync(World world, List<Mishap> story)
    {
        await world.SufferAsync(new Mishap.Pledge(1));
        foreach (Mishap mishap in story)
            await world.SufferAsync(mishap);
        await world.HealAsync();
        for (int i = 0; i < 12 && !await world.IsOverAsync(); i++)
        {
            await world.Scene.SettleAsync(world.Hub, 3000);
            await world.SufferAsync(new Mishap.Obey());
        }

        await world.AssertOverAsync();
    }

    private sealed class World(string kind, Habits habits) : IAsyncDisposable
    {
        private Mortality _life = new();
        private long _premium;

        public PipelineScene Scene { get; } = new(kind) { PatienceEnds = true, Aggregator = habits.Aggregates ? new Aggregator() : null };

        public SealingPipeline Hub { get; private set; } = null!;

        private TestChain Chain => Scene.Chain;

        public async Task StartAsync()
        {
            var batch = new BatchOptions { MaxSectors = habits.InMessage, MaxWait = habits.InMessage > 1 ? TimeSpan.FromDays(1) : TimeSpan.Zero, Slack = TimeSpan.Zero };
            Scene.Options = Scene.Options with
            {
                Proof = habits.Synthetic ? RegisteredSealProof.StackedDrg2KiBV1_1_Feat_SyntheticPoRep : RegisteredSealProof.StackedDrg2KiBV1_1,
                Policy = Scene.Policy with { MinAggregatedSectors = 2 },
                Aggregate = new AggregateOptions { MinSectors = 2 },
                PreCommit = batch,
                Commit = batch,
                LostMachineAfter = TimeSpan.FromMilliseconds(1),
            };
            Hub = await Scene.StartAsync();
            if (habits.TwoHubs)
                Scene.Rival = Scene.Hub(Scene.Database);
            _premium = Chain.Premium;
        }

        public async Task SufferAsync(Mishap mishap)
        {
            switch (mishap)
            {
                case Mishap.Epochs epochs:
                    await LiveAsync(epochs.Count);
                    break;
                case Mishap.Absence absence:
                    Chain.Mine(absence.Count);
                    break;
                case Mishap.Reorganisation reorganisation:
                    Chain.Reorganise(reorganisation.Depth, reorganisation.Forgets);
                    break;
                case Mishap.ForgottenPool:
                    Chain.ForgetPool();
                    break;
                case Mishap.LostPushes lost:
                    Chain.LosesPushes = true;
                    await LiveAsync(lost.Count);
                    Chain.LosesPushes = false;
                    break;
                case Mishap.NodeAway away:
                    int calls = 0;
                    Chain.Fault = call => ++calls % 2 == 0 ? new RpcConnectionException(call, "away", maybeDelivered: true) : null;
                    await LiveAsync(away.Count);
                    Chain.Fault = _ => null;
                    break;
                case Mishap.NodeBehind behind:
                    Chain.Lag = behind.Heights;
                    await LiveAsync(behind.Count);
                    Chain.Lag = 0;
                    break;
                case Mishap.ForeignMessages foreign:
                    Chain.ForeignMessages = foreign.Count;
                    break;
                case Mishap.ForeignNumbers foreign:
                    ulong next = (ulong)await Scene.Database.ReadAsync(session => session.ScalarAsync<long>("SELECT COALESCE(MAX(next_number), 0) FROM seal_miners"));
                    Chain.AllocatedElsewhere.AddRange(Enumerable.Range(0, foreign.Count).Select(i => next + (ulong)i));
                    break;
                case Mishap.Exits exits:
                    int left = exits.Count;
                    Chain.Exit = _ => left-- > 0 ? exits.Code : 0;
                    break;
                case Mishap.StageFails fails:
                    int times = fails.Count;
                    Scene.Outcome = (_, stage) => stage == fails.Stage && times-- > 0 ? fails.Fault : null;
                    break;
                case Mishap.MachineLost lost:
                    Scene.FilesExist = false;
                    Scene.Outcome = (_, _) => StageFault.FilesLost;
                    await LiveAsync(lost.Count);
                    Scene.FilesExist = true;
                    Scene.Outcome = (_, _) => null;
                    break;
                case Mishap.Kill kill:
                    await KillAsync(kill.Border);
                    break;
                case Mishap.DatabaseAway away:
                    await KillAsync(away.Calls);
                    break;
                case Mishap.QueueEmptied:
                    // Between a round and the machine's work.
                    await TryAsync(() => Hub.RoundAsync());
                    await Scene.Database.WriteAsync(session => session.ExecuteAsync("DELETE FROM task_queue"));
                    break;
                case Mishap.Pledge pledge:
                    await TryAsync(() => Hub.PledgeAsync(pledge.Count));
                    break;
                case Mishap.Deal deal:
                    await TryAsync(() => Hub.AddPieceAsync(SealingPipelineTests.Data(deal.Bytes) with { Terms = new PieceTerms { StartEpoch = Chain.Height + deal.StartsIn } }));
                    break;
                case Mishap.Obey:
                    foreach (SectorSummary held in await Hub.ListAsync(new SectorFilter { States = [SectorState.Held] }))
                        await ObeyAsync(held);
                    break;
                case Mishap.SendBack back when await PickAsync(back.Index) is { } sector:
                    await TryAsync(() => Hub.RetryAsync(sector, back.Stage));
                    break;
                case Mishap.Remove remove when await PickAsync(remove.Index) is { } sector:
                    await TryAsync(() => Hub.RemoveAsync(sector));
                    break;
            }
        }

        public async Task HealAsync()
        {
            Scene.Outcome = (_, _) => null;
            Chain.Exit = _ => 0;
            Chain.ForeignMessages = 0;
            Chain.Premium = _premium;
            await LiveAsync(1);
        }

        public async Task<bool> IsOverAsync() =>
            (await Hub.CountAsync()).All(count => count.State is SectorState.Proving or SectorState.Removed) && (await Hub.Pieces.ListAsync()).Count == 0;

        public async Task AssertOverAsync()
        {
            // Past finality, so that what a reorganisation took comes back or is seen to be missing.
            for (int i = 0; i < 30 || !await IsOverAsync(); i++)
            {
                if (i == 400)
                    Assert.Fail($"no end:\n{await TellAsync()}");
                await Scene.StepAsync(Hub);
                await SufferAsync(new Mishap.Obey());
            }

            ulong[] proven = [.. Chain.Executed.Where(m => m is { ExitCode: 0, Message.Method: MinerMethods.ProveCommitSectors3 })
                .SelectMany(m => DagCbor.Decode<ProveCommitSectors3Params>(m.Message.Params.Span).SectorActivations.Select(s => s.SectorNumber))];
            var packed = new HashSet<string>();
            foreach (SectorSummary sector in await Hub.ListAsync())
            {
                ulong number = sector.Sector.Number.Value;
                SectorDetails details = (await Hub.ShowAsync(number))!;
                SectorOnChainInfo? found = await Chain.SectorAsync(Chain.Miner, number, TipSetKey.Empty, default);
                Assert.True(found is not null, $"{sector} is not on the chain\n{string.Join('\n', details.History)}");
                Assert.Equal(Cid.FromSealedCommitment(details.CommR!.Value.Span), found.SealedCID);
                Assert.Contains(number, proven);
                Assert.DoesNotContain(number, Chain.AllocatedElsewhere);
                Assert.All(details.Pieces, piece => Assert.True(packed.Add(piece.Id), $"{piece} is in two sectors"));
            }

            Assert.Equal(0, await Scene.Database.ReadAsync(session => session.ScalarAsync<long>("SELECT COUNT(*) FROM task_queue")));
            Assert.Equal(0, await Hub.Pieces.StagedBytesAsync());
        }

        private async Task<string> TellAsync()
        {
            var lines = new List<string>((await Hub.Pieces.ListAsync()).Select(piece => piece.ToString()));
            foreach (SectorSummary sector in await Hub.ListAsync())
            {
                lines.Add(sector.ToString());
                lines.AddRange((await Hub.ShowAsync(sector.Sector.Number.Value))!.History.Select(run => $"    {run}"));
            }

            return string.Join('\n', lines);
        }

        public ValueTask DisposeAsync() => Scene.DisposeAsync();

        private async Task LiveAsync(int epochs)
        {
            for (int i = 0; i < epochs; i++)
            {
                try
                {
                    await Scene.StepAsync(Hub, mine: false);
                }
                catch (Exception e) when (e is RpcException || (e is DatabaseException && _life.IsDead))
                {
                    // The next round is another.
                }

                Chain.Mine();
            }
        }

        /// <summary>A hub whose calls to the database end at one of them; after it, another.</summary>
        private async Task KillAsync(int border)
        {
            _life = new Mortality((null, border));
            Hub = Scene.Hub(new MortalDatabase(Scene.Database, _life));
            for (int i = 0; i < 20 && !_life.IsDead; i++)
                await LiveAsync(1);
            _life = new Mortality();
            Hub = Scene.Hub(Scene.Database);
        }

        private async Task<ulong?> PickAsync(int index)
        {
            IReadOnlyList<SectorSummary> all = await Hub.ListAsync();
            return index < all.Count ? all[index].Sector.Number.Value : null;
        }

        private Task ObeyAsync(SectorSummary held)
        {
            Assert.False(string.IsNullOrEmpty(held.Reason), $"{held}");
            string[] words = held.Command!.Split(' ');
            Assert.Equal(("sectors", held.Sector.Number.ToString()), (words[0], words[2]));
            return TryAsync(() => words[1] == "retry" ? Hub.RetryAsync(ulong.Parse(words[2])) : Hub.RemoveAsync(ulong.Parse(words[2])));
        }

        private static async Task TryAsync(Func<Task> operation)
        {
            try
            {
                await operation();
            }
            catch (SectorStateException)
            {
                // It is told, and nothing has happened.
            }
        }
    }

    private sealed class Aggregator : ISealAggregator
    {
        public byte[] Aggregate(PoRepConfig config, SnarkPackVersion version, IReadOnlyList<SealProofClaim> sectors, CancellationToken cancellationToken = default) =>
            TestChain.Digest([.. sectors.Select(sector => sector.Info)]);
    }
}
