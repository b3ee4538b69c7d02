using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tests.Pipeline;

public sealed class SealingPipelineTests
{
    [Fact]
    public void The_table_has_every_stage_once_in_order()
    {
        Assert.Equal(Enum.GetValues<SealStage>(), StageTable.Rows.Select(row => row.Stage));
        Assert.All(StageTable.Rows[..^1], row => Assert.Equal(row.Stage + 1, row.Next));
    }

    /// <summary>Whatever fails wherever, the decision is one that exists, and failures without end lead to an operator.</summary>
    [Fact]
    public void Every_failure_of_every_stage_ends()
    {
        foreach (SealStage stage in Enum.GetValues<SealStage>().Where(stage => stage != SealStage.Proving))
        {
            foreach (StageFault fault in Enum.GetValues<StageFault>())
            {
                var worst = new FailedStage(stage, fault, Attempts: 100, Rounds: 100, PreCommitted: false, OnChain: stage >= SealStage.Finalize);
                Recovery recovery = Recovery.Decide(worst);
                bool chainDecides = fault is StageFault.SeedChanged || (fault is StageFault.SectorMissing && stage >= SealStage.Finalize);
                Assert.True(recovery is Recovery.Hold { Verb.Length: > 0, Advice.Length: > 0 } || chainDecides, $"{worst}: {recovery}");
                if (Recovery.Decide(worst with { Attempts = 1, Rounds = 1 }) is Recovery.GoBack back)
                    Assert.True(back.Stage <= stage && (stage < SealStage.Finalize || back.Stage >= SealStage.CommitLanding), $"{stage}, {fault}: back to {back.Stage}");
            }
        }
    }

    [Theory, EachDatabase]
    public async Task A_sector_goes_from_pledge_to_proving(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = Assert.Single(await hub.PledgeAsync());
        await scene.SettleAsync(hub);
        SectorDetails details = await scene.ShowAsync(hub, sector);
        Assert.Equal((SealStage.Proving, SectorState.Proving), (details.Summary.Stage, details.Summary.State));
        Assert.Equal(
            [SealStage.Sdr, SealStage.TreeD, SealStage.Trees, SealStage.PreCommit, SealStage.PreCommitLanding, SealStage.Seed, SealStage.PoRep,
                SealStage.Commit, SealStage.CommitLanding, SealStage.Finalize, SealStage.Move],
            details.History.Select(run => run.Stage));
        Assert.All(details.History, run => Assert.Equal(StageOutcome.Done, run.Outcome));
        Assert.NotNull(details.CommR);
        Assert.Equal(2, scene.Chain.Executed.Count);
    }

    [Theory, EachDatabase]
    public async Task Sectors_share_messages_up_to_the_limit(string kind)
    {
        await using var scene = new PipelineScene(kind);
        scene.Options = scene.Options with
        {
            // Neither patience nor the chain's limits run out on a slow machine: only full messages go.
            Policy = scene.Policy with { EpochDuration = TimeSpan.FromMinutes(1) },
            PreCommit = new BatchOptions { MaxSectors = 4, MaxWait = TimeSpan.FromDays(1), Slack = TimeSpan.Zero },
            Commit = new BatchOptions { MaxSectors = 8, MaxWait = TimeSpan.FromDays(1), Slack = TimeSpan.Zero },
        };
        SealingPipeline hub = await scene.StartAsync();
        await hub.PledgeAsync(8);
        await scene.SettleAsync(hub);
        Assert.Equal(8, (await hub.CountAsync()).Single(c => c.State == SectorState.Proving).Sectors);
        Assert.Equal(2, scene.Chain.Executed.Count(e => e.Message.Method == MinerMethods.PreCommitSectorBatch2));
        Assert.Equal(1, scene.Chain.Executed.Count(e => e.Message.Method == MinerMethods.ProveCommitSectors3));
    }

    [Theory, EachDatabase]
    public async Task A_sector_waits_for_company_as_long_as_it_may(string kind)
    {
        await using var scene = new PipelineScene(kind);
        scene.Options = scene.Options with
        {
            // Epochs so long that no limit of the chain comes near while the test runs.
            Policy = scene.Policy with { EpochDuration = TimeSpan.FromMinutes(1) },
            PreCommit = new BatchOptions { MaxSectors = 3, MaxWait = TimeSpan.FromDays(1), Slack = TimeSpan.Zero },
        };
        SealingPipeline hub = await scene.StartAsync();
        await hub.PledgeAsync(2);
        for (int i = 0; i < 4; i++)
        {
            await hub.RoundAsync();
            await scene.WorkAsync();
        }

        await hub.RoundAsync();
        Assert.All(await hub.ListAsync(), s => Assert.Equal((SealStage.PreCommit, SectorState.Batching), (s.Stage, s.State)));
        await hub.PledgeAsync();
        await scene.SettleAsync(hub);
        Assert.Equal(1, scene.Chain.Executed.Count(e => e.Message.Method == MinerMethods.PreCommitSectorBatch2));
    }

    [Theory, EachDatabase]
    public async Task One_sector_that_the_chain_refuses_holds_up_no_other(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        IReadOnlyList<SectorId> sectors = await hub.PledgeAsync(3);
        ulong bad = sectors[1].Number.Value;
        scene.Chain.Exit = message => message.Method == MinerMethods.PreCommitSectorBatch2
            && DagCbor.Decode<PreCommitSectorBatch2Params>(message.Params.Span).Sectors.Any(s => s.SectorNumber == bad) ? 16 : 0;
        await scene.SettleAsync(hub);
        IReadOnlyList<SectorSummary> list = await hub.ListAsync();
        Assert.Equal([SectorState.Proving, SectorState.Held, SectorState.Proving], list.Select(s => s.State));
        Assert.Equal($"sectors retry {bad}", list[1].Command);
        Assert.Contains("exit code 16", list[1].Reason, StringComparison.Ordinal);

        scene.Chain.Exit = _ => 0;
        await hub.RetryAsync(bad);
        await scene.SettleAsync(hub);
        Assert.All(await hub.ListAsync(), s => Assert.Equal(SectorState.Proving, s.State));
    }

    [Theory, EachDatabase]
    public async Task A_ticket_that_is_too_old_is_drawn_anew(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await RunToAsync(scene, hub, sector, SealStage.Trees);
        scene.Chain.Mine((int)scene.Policy.MaxPreCommitRandomnessLookback + 10);
        await scene.SettleAsync(hub);
        SectorDetails details = await scene.ShowAsync(hub, sector);
        Assert.Equal(SectorState.Proving, details.Summary.State);
        Assert.Contains(details.History, run => run.Fault == StageFault.TicketExpired);
        Assert.Equal(2, details.History.Count(run => run.Stage == SealStage.Sdr));
        Assert.Equal(2, scene.Replicas[sector].Count);
    }

    [Theory, EachDatabase]
    public async Task A_seed_that_a_reorganisation_changed_is_answered_anew(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await RunToAsync(scene, hub, sector, SealStage.PoRep);
        int changes = 1;
        scene.Outcome = (_, stage) => stage == SealStage.PoRep && changes-- > 0 ? StageFault.SeedChanged : null;
        await scene.SettleAsync(hub);
        SectorDetails details = await scene.ShowAsync(hub, sector);
        Assert.Equal(SectorState.Proving, details.Summary.State);
        Assert.Equal(2, details.History.Count(run => run.Stage == SealStage.Seed));
        Assert.Equal(1, details.History.Count(run => run.Stage == SealStage.Sdr));
    }

    [Theory, EachDatabase]
    public async Task A_reorganisation_below_a_proof_that_waits_sends_no_old_proof(string kind)
    {
        await using var scene = new PipelineScene(kind);
        scene.Options = scene.Options with { Commit = new BatchOptions { MaxSectors = 2, MaxWait = TimeSpan.FromDays(1), Slack = TimeSpan.Zero } };
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await RunToAsync(scene, hub, sector, SealStage.PoRep);
        await scene.WorkAsync();
        await hub.RoundAsync();
        SeedResult before = (await scene.ShowAsync(hub, sector)).Seed!;
        scene.Chain.Reorganise((int)(scene.Chain.Height - before.Epoch) + 1);

        // Its patience is over, and the next time it has none.
        await scene.Database.WriteAsync(session => session.ExecuteAsync("UPDATE seal_sectors SET due = 0 WHERE state = 'Batching'"));
        scene.Options = scene.Options with { Commit = new BatchOptions { MaxWait = TimeSpan.Zero, Slack = TimeSpan.Zero } };
        hub = scene.Hub(scene.Database);
        await scene.SettleAsync(hub);
        SectorDetails details = await scene.ShowAsync(hub, sector);
        Assert.Equal(SectorState.Proving, details.Summary.State);
        Assert.NotEqual(before.Seed, details.Seed!.Seed);
        Assert.Contains(details.History, run => run.Fault == StageFault.SeedChanged);
    }

    [Theory, EachDatabase]
    public async Task A_precommit_that_a_reorganisation_took_is_sent_again(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await RunToAsync(scene, hub, sector, SealStage.Seed);
        scene.Chain.Reorganise(8, forget: true);
        await scene.SettleAsync(hub);
        Assert.Null((await scene.ShowAsync(hub, sector)).Summary.Reason);
        Assert.Equal(SectorState.Proving, (await scene.ShowAsync(hub, sector)).Summary.State);
        Assert.Single(scene.Replicas[sector]);
    }

    [Theory, EachDatabase]
    public async Task A_precommit_that_expired_is_the_operators_and_its_pieces_are_not_lost(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = await hub.PledgeAsync(Data(900));
        await RunToAsync(scene, hub, sector, SealStage.Seed);
        scene.Chain.Mine((int)scene.Policy.MaxProveCommitDuration((long)scene.Options.Proof)! + 200);
        await scene.SettleAsync(hub);
        SectorSummary held = (await scene.ShowAsync(hub, sector)).Summary;
        Assert.Equal((SectorState.Held, $"sectors remove {sector.Number}"), (held.State, held.Command));
        await hub.RemoveAsync(sector.Number.Value);
        await scene.SettleAsync(hub);
        SectorSummary second = Assert.Single(await hub.ListAsync());
        Assert.Equal(SectorState.Proving, second.State);
        Assert.NotEqual(sector, second.Sector);
        Assert.Equal(900, Assert.Single((await scene.ShowAsync(hub, second.Sector)).Pieces).DataBytes);
    }

    [Theory, EachDatabase]
    public async Task Layers_lost_with_their_machine_are_made_again_with_the_ticket_of_the_precommit(string kind)
    {
        await using var scene = new PipelineScene(kind);
        scene.Options = scene.Options with { LostMachineAfter = TimeSpan.FromMilliseconds(1) };
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await RunToAsync(scene, hub, sector, SealStage.PoRep);
        scene.FilesExist = false;
        await hub.RoundAsync();
        await Task.Delay(10);
        await hub.RoundAsync();
        scene.FilesExist = true;
        await scene.SettleAsync(hub);
        SectorDetails details = await scene.ShowAsync(hub, sector);
        Assert.Equal(SectorState.Proving, details.Summary.State);
        Assert.Contains(details.History, run => run.Fault == StageFault.FilesLost);
        Assert.Single(scene.Replicas[sector]);
        Assert.Equal(1, scene.Chain.Executed.Count(e => e.Message.Method == MinerMethods.PreCommitSectorBatch2));
    }

    /// <summary>The replica that the chain proves is the only one worth making, however old its ticket is.</summary>
    [Theory, EachDatabase]
    public async Task What_the_chain_holds_is_labelled_anew_with_its_ticket(string kind)
    {
        foreach (SealStage reached in (SealStage[])[SealStage.PreCommitLanding, SealStage.PoRep, SealStage.Finalize])
        {
            await using var scene = new PipelineScene(kind);
            SealingPipeline hub = await scene.StartAsync();
            SectorId sector = (await hub.PledgeAsync())[0];
            scene.Outcome = (_, stage) => stage == reached ? StageFault.Defect : null;
            if (reached == SealStage.PreCommitLanding)
                scene.Chain.Exit = _ => 16;
            await scene.SettleAsync(hub);
            Assert.Equal(SectorState.Held, (await scene.ShowAsync(hub, sector)).Summary.State);
            scene.Chain.Mine((int)(scene.Policy.MaxPreCommitRandomnessLookback / 2) + 10);
            scene.Outcome = (_, stage) => stage == SealStage.Trees ? StageFault.DiskFull : null;
            scene.Chain.Exit = _ => 0;
            await hub.RetryAsync(sector.Number.Value, SealStage.Sdr);
            await scene.SettleAsync(hub);

            // On the way it is at an early stage, and the chain proves it all the same.
            SectorDetails held = await scene.ShowAsync(hub, sector);
            Assert.Equal((SealStage.Trees, SectorState.Held), (held.Summary.Stage, held.Summary.State));
            if (reached == SealStage.Finalize)
                await Assert.ThrowsAsync<SectorStateException>(() => hub.RemoveAsync(sector.Number.Value));

            scene.Outcome = (_, _) => null;
            await hub.RetryAsync(sector.Number.Value);
            await scene.SettleAsync(hub);
            SectorDetails details = await scene.ShowAsync(hub, sector);
            Assert.Equal(SectorState.Proving, details.Summary.State);
            Assert.Equal(reached == SealStage.PreCommitLanding ? 2 : 1, scene.Replicas[sector].Count);
            SectorOnChainInfo onChain = (await scene.Chain.SectorAsync(scene.Chain.Miner, sector.Number.Value, TipSetKey.Empty, default))!;
            Assert.Equal(Cid.FromSealedCommitment(details.CommR!.Value.Span), onChain.SealedCID);
        }
    }

    /// <summary>What the chain proves is not sealed anew unasked, whatever a task says went wrong.</summary>
    [Theory, EachDatabase]
    public async Task A_proven_sector_keeps_its_files(string kind)
    {
        foreach (StageFault fault in Enum.GetValues<StageFault>())
        {
            await using var scene = new PipelineScene(kind);
            scene.Outcome = (_, stage) => stage == SealStage.Finalize ? fault : null;
            SealingPipeline hub = await scene.StartAsync();
            SectorId sector = (await hub.PledgeAsync())[0];
            await RunToAsync(scene, hub, sector, SealStage.Finalize);
            for (int i = 0; i < 30; i++)
                await scene.StepAsync(hub);
            SectorDetails details = await scene.ShowAsync(hub, sector);
            Assert.Equal(1, details.History.Count(run => run.Stage == SealStage.Sdr));
            Assert.True(details.Summary.Stage >= SealStage.CommitLanding, $"{fault}: {details.Summary}");
        }
    }

    /// <summary>A sector that the chain proves with another replica under the number is not taken for ours.</summary>
    [Theory, EachDatabase]
    public async Task Another_replica_on_the_chain_is_the_operators(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await RunToAsync(scene, hub, sector, SealStage.CommitLanding);
        await scene.Database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE seal_stages SET result = @result WHERE stage = 'Trees'", new { result = PipelineJson.Write(new TreesResult(new string('1', 64))) }));
        await scene.SettleAsync(hub);
        SectorSummary held = (await scene.ShowAsync(hub, sector)).Summary;
        Assert.Equal((SealStage.CommitLanding, SectorState.Held, $"sectors remove {sector.Number}"), (held.Stage, held.State, held.Command));
        Assert.Contains("the chain proves", held.Reason, StringComparison.Ordinal);
        await hub.RemoveAsync(sector.Number.Value);
    }

    [Theory, EachDatabase]
    public async Task Faults_that_do_not_pass_end_at_the_operator_with_a_command(string kind)
    {
        foreach (StageFault fault in (StageFault[])[StageFault.DiskFull, StageFault.Transient, StageFault.FilesLost, StageFault.ProofInvalid, StageFault.Defect, StageFault.DataLost])
        {
            await using var scene = new PipelineScene(kind);
            scene.Outcome = (_, stage) => stage == SealStage.Trees ? fault : null;
            SealingPipeline hub = await scene.StartAsync();
            SectorId sector = (await hub.PledgeAsync())[0];
            await scene.SettleAsync(hub);
            SectorSummary held = (await scene.ShowAsync(hub, sector)).Summary;
            Assert.Equal((SectorState.Held, $"sectors retry {sector.Number}"), (held.State, held.Command));
            Assert.Contains($"test of {fault}", held.Reason, StringComparison.Ordinal);
            scene.Outcome = (_, _) => null;
            await hub.RetryAsync(sector.Number.Value);
            await scene.SettleAsync(hub);
            Assert.Equal(SectorState.Proving, (await scene.ShowAsync(hub, sector)).Summary.State);
        }
    }

    [Theory, EachDatabase]
    public async Task An_operator_forgives_rounds_of_labelling(string kind)
    {
        await using var scene = new PipelineScene(kind);
        scene.Outcome = (_, stage) => stage == SealStage.Sdr ? StageFault.ProofInvalid : null;
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await scene.SettleAsync(hub);
        Assert.Contains("labelled anew too often", (await scene.ShowAsync(hub, sector)).Summary.Reason, StringComparison.Ordinal);
        scene.Outcome = (_, _) => null;
        await hub.RetryAsync(sector.Number.Value);
        await RunToAsync(scene, hub, sector, SealStage.Trees);
        scene.Chain.Mine((int)scene.Policy.MaxPreCommitRandomnessLookback + 10);
        await scene.SettleAsync(hub);
        Assert.Equal(SectorState.Proving, (await scene.ShowAsync(hub, sector)).Summary.State);
    }

    [Theory, EachDatabase]
    public async Task A_reorganisation_deeper_than_the_confidence_is_seen_before_it_is_final(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await scene.SettleAsync(hub);
        scene.Chain.Reorganise(6, forget: true);
        scene.Chain.Exit = message => message.Method == MinerMethods.ProveCommitSectors3 ? 16 : 0;
        for (int i = 0; i < 40 && (await scene.ShowAsync(hub, sector)).Summary.State == SectorState.Proving; i++)
            await scene.StepAsync(hub);
        Assert.Contains((await scene.ShowAsync(hub, sector)).History, run => run.Fault == StageFault.SectorMissing);
        scene.Chain.Exit = _ => 0;
        await scene.SettleAsync(hub);
        SectorDetails details = await scene.ShowAsync(hub, sector);
        Assert.Equal(SectorState.Proving, details.Summary.State);
        Assert.NotNull(await scene.Chain.SectorAsync(scene.Chain.Miner, sector.Number.Value, TipSetKey.Empty, default));
        Assert.Single(scene.Replicas[sector]);
    }

    /// <summary>The hub was away from before the precommit landed until after it had expired: the number is spent, and no second precommit can help.</summary>
    [Theory, EachDatabase]
    public async Task A_precommit_that_landed_and_expired_unseen_is_not_sent_again(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await RunToAsync(scene, hub, sector, SealStage.PreCommitLanding);
        scene.Chain.Mine((int)scene.Policy.MaxProveCommitDuration((long)scene.Options.Proof)! + 200);
        await scene.SettleAsync(hub);
        SectorSummary held = (await scene.ShowAsync(hub, sector)).Summary;
        Assert.Equal((SectorState.Held, $"sectors remove {sector.Number}"), (held.State, held.Command));
        Assert.Single(scene.Chain.Executed);
    }

    [Theory, EachDatabase]
    public async Task A_node_that_lags_is_no_reason_to_step_back(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await RunToAsync(scene, hub, sector, SealStage.Seed);
        scene.Chain.Lag = 8;
        for (int i = 0; i < 4; i++)
            await scene.StepAsync(hub);
        scene.Chain.Lag = 0;
        await scene.SettleAsync(hub);
        SectorDetails details = await scene.ShowAsync(hub, sector);
        Assert.Equal(SectorState.Proving, details.Summary.State);
        Assert.All(details.History, run => Assert.Equal(StageOutcome.Done, run.Outcome));
        Assert.Equal(2, scene.Chain.Executed.Count);
    }

    [Theory, EachDatabase]
    public async Task What_a_message_carries_is_not_taken_out(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await RunToAsync(scene, hub, sector, SealStage.CommitLanding);
        await Assert.ThrowsAsync<SectorStateException>(() => hub.RemoveAsync(sector.Number.Value));
        await Assert.ThrowsAsync<SectorStateException>(() => hub.RetryAsync(sector.Number.Value, SealStage.Sdr));
        await scene.SettleAsync(hub);
        Assert.Equal(SectorState.Proving, (await scene.ShowAsync(hub, sector)).Summary.State);
    }

    [Theory, EachDatabase]
    public async Task Funds_that_are_short_hold_and_go_on_when_there_are_some(string kind)
    {
        await using var scene = new PipelineScene(kind);
        scene.Chain.Balance = TokenAmount.Zero;
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await scene.SettleAsync(hub);
        SectorSummary held = (await scene.ShowAsync(hub, sector)).Summary;
        Assert.Equal(SectorState.Held, held.State);
        Assert.Contains("0 FIL", held.Reason, StringComparison.Ordinal);
        Assert.Empty(scene.Chain.Executed);
        scene.Chain.Balance = TokenAmount.FromFil(1);
        await hub.RetryAsync(sector.Number.Value);
        await scene.SettleAsync(hub);
        Assert.Equal(SectorState.Proving, (await scene.ShowAsync(hub, sector)).Summary.State);
    }

    [Theory, EachDatabase]
    public async Task A_deal_whose_start_is_over_does_not_go_on_the_chain(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId late = await hub.PledgeAsync(Data(500) with { Terms = new PieceTerms { StartEpoch = scene.Chain.Height + 1 } });
        SectorId good = (await hub.PledgeAsync())[0];
        await scene.SettleAsync(hub);
        Assert.Equal($"sectors remove {late.Number}", (await scene.ShowAsync(hub, late)).Summary.Command);
        Assert.Equal(SectorState.Proving, (await scene.ShowAsync(hub, good)).Summary.State);
    }

    [Theory, EachDatabase]
    public async Task A_node_that_is_away_delays_and_loses_nothing(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        await hub.PledgeAsync(2);
        int calls = 0;
        scene.Chain.Fault = call => ++calls % 3 != 0 ? null : new RpcConnectionException(call, "the node is away", maybeDelivered: false);
        for (int i = 0; i < 150; i++)
        {
            try
            {
                await scene.StepAsync(hub);
            }
            catch (RpcConnectionException)
            {
                scene.Chain.Mine();
            }
        }

        scene.Chain.Fault = _ => null;
        await scene.SettleAsync(hub);
        Assert.All(await hub.ListAsync(), s => Assert.Equal(SectorState.Proving, s.State));
    }

    [Theory, EachDatabase]
    public async Task Two_hubs_over_one_database_do_nothing_twice(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline first = await scene.StartAsync();
        await using SqlDatabase other = SqlDatabase.Open(scene.Description);
        SealingPipeline second = scene.Hub(other);
        await Task.WhenAll(first.PledgeAsync(3), second.PledgeAsync(3), first.PledgeAsync(2));
        for (int i = 0; i < 200 && (await first.CountAsync()).Any(c => c.State is not SectorState.Proving); i++)
        {
            await scene.HurryAsync();
            await Task.WhenAll(Task.Run(() => first.RoundAsync()), Task.Run(() => second.RoundAsync()));
            await scene.WorkAsync();
            await scene.HurryAsync();
            await Task.WhenAll(Task.Run(() => first.WatchMessagesAsync()), Task.Run(() => second.WatchMessagesAsync()));
            scene.Chain.Mine();
        }

        IReadOnlyList<SectorSummary> list = await first.ListAsync();
        Assert.Equal(8, list.Count);
        Assert.All(list, s => Assert.Equal(SectorState.Proving, s.State));
        Assert.All(scene.Chain.Executed, e => Assert.Equal(0, e.ExitCode));
        Assert.All(scene.Replicas.Values, made => Assert.Single(made));
    }

    [Theory, EachDatabase]
    public async Task A_run_that_ends_while_a_hub_looks_at_its_sector_is_not_lost(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await hub.RoundAsync();
        SectorRow row = (await scene.Database.ReadAsync(session => SealStore.FindAsync(session, sector)))!;
        Task? ending = null;
        await scene.Database.WriteAsync(async session =>
        {
            Assert.True(await SealStore.ChangeAsync(session, row, new() { Stage = row.Stage, State = row.State }));
            ending = Task.Run(() => scene.WorkAsync());

            // Time for it to come up to this transaction.
            await Task.Delay(300);
        });
        await ending!;
        Assert.Equal(SealStage.TreeD, (await scene.ShowAsync(hub, sector)).Summary.Stage);
    }

    [Theory, EachDatabase]
    public async Task What_its_message_has_woken_is_not_put_off_by_an_earlier_look(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        SectorRow? row = null;
        for (int i = 0; i < 50 && row?.WaitsFor is null; i++)
        {
            await scene.StepAsync(hub, mine: false);
            row = await scene.Database.ReadAsync(session => SealStore.FindAsync(session, sector));
        }

        Assert.Equal(SealStage.PreCommitLanding, row!.Stage);
        Assert.Equal(1, await scene.Database.WriteAsync(session => SealStore.WakeAsync(session, row.WaitsFor!)));
        Assert.False(await scene.Database.WriteAsync(session => SealStore.ChangeAsync(session, row, new() { Stage = row.Stage, State = row.State, WaitsFor = row.WaitsFor })));
        await scene.SettleAsync(hub);
        Assert.Equal(SectorState.Proving, (await scene.ShowAsync(hub, sector)).Summary.State);
    }

    [Theory, EachDatabase]
    public async Task A_stage_whose_task_is_gone_from_the_queue_begins_anew(string kind)
    {
        await using var scene = new PipelineScene(kind);
        scene.Options = scene.Options with { LostMachineAfter = TimeSpan.FromMilliseconds(1) };
        SealingPipeline hub = await scene.StartAsync();
        SectorId sector = (await hub.PledgeAsync())[0];
        await hub.RoundAsync();
        Assert.Equal(1, await scene.Database.WriteAsync(session => session.ExecuteAsync("DELETE FROM task_queue")));
        await scene.SettleAsync(hub);
        SectorDetails details = await scene.ShowAsync(hub, sector);
        Assert.Equal(SectorState.Proving, details.Summary.State);
        Assert.Single(details.History, run => run.Outcome == StageOutcome.Failed);
    }

    [Theory, EachDatabase]
    public async Task Operations_on_sectors_that_are_not_there_say_so(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        await Assert.ThrowsAsync<SectorStateException>(() => hub.RetryAsync(7));
        await Assert.ThrowsAsync<SectorStateException>(() => hub.RemoveAsync(7));
        Assert.Null(await hub.ShowAsync(7));
        SectorId sector = (await hub.PledgeAsync())[0];
        await Assert.ThrowsAsync<SectorStateException>(() => hub.RetryAsync(sector.Number.Value, SealStage.PoRep));
        await scene.SettleAsync(hub);
        await Assert.ThrowsAsync<SectorStateException>(() => hub.RetryAsync(sector.Number.Value));
        await Assert.ThrowsAsync<SectorStateException>(() => hub.RemoveAsync(sector.Number.Value));
    }

    internal static PieceRequest Data(int bytes)
    {
        byte[] data = new byte[bytes];
        for (int i = 0; i < bytes; i++)
            data[i] = (byte)(i * 7);
        return new PieceRequest { Data = new MemoryStream(data), DataBytes = bytes };
    }

    /// <summary>Until the sector is at a stage.</summary>
    private static async Task RunToAsync(PipelineScene scene, SealingPipeline hub, SectorId sector, SealStage stage)
    {
        for (int i = 0; i < 200; i++)
        {
            await scene.HurryAsync();
            await hub.RoundAsync();
            if ((await scene.ShowAsync(hub, sector)).Summary.Stage >= stage)
                return;
            await scene.WorkAsync();
            await hub.WatchMessagesAsync();
            scene.Chain.Mine();
        }

        Assert.Fail($"{sector} did not come to {stage}");
    }
}
