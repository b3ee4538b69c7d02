using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Pipeline;
using Filecoin.Tests.Shared.Groth16;

namespace Filecoin.Sealing.Tests.Pipeline;

/// <summary>Commits with one proof for all of a message's sectors.</summary>
public sealed class AggregateTests(AggregationRoom room) : IClassFixture<AggregationRoom>
{
    [Theory, EachDatabase]
    public async Task Sectors_that_share_a_message_share_a_proof(string kind)
    {
        await using PipelineScene scene = Scene(kind, sectors: 5);
        SealingPipeline hub = await scene.StartAsync();
        await hub.PledgeAsync(5);
        await scene.SettleAsync(hub);
        Assert.Equal(5, (await hub.CountAsync()).Single(c => c.State == SectorState.Proving).Sectors);

        ProveCommitSectors3Params commit = Assert.Single(Commits(scene));
        Assert.Equal((0, (ulong?)SnarkPackVersion.V2, false), (commit.SectorProofs.Count, commit.AggregateProofType, commit.RequireActivationSuccess));
        ulong[] numbers = [.. commit.SectorActivations.Select(sector => sector.SectorNumber)];
        Assert.Equal(numbers.Order(), numbers);
        SealVerifyInfo[] infos = [.. await Task.WhenAll(numbers.Select(async number => (await scene.Database.ReadAsync(
            session => SealStore.FactsAsync(session, new SectorId(TestChain.MinerId, new SectorNumber(number)))))!.VerifyInfo))];
        var verifier = new SealAggregateVerifier(room.Store);
        Assert.True(verifier.VerifyAggregate(room.Config, SnarkPackVersion.V2, infos, commit.AggregateProof.Span));
        Assert.False(verifier.VerifyAggregate(room.Config, SnarkPackVersion.V2, [.. infos.Reverse()], commit.AggregateProof.Span));
    }

    [Theory, EachDatabase]
    public async Task Sectors_whose_aggregate_failed_go_alone_with_their_own_proofs(string kind)
    {
        await using PipelineScene scene = Scene(kind, sectors: 4);
        scene.Chain.Exit = message => message.Method == MinerMethods.ProveCommitSectors3 && !Decode(message).AggregateProof.IsEmpty ? 16 : 0;
        SealingPipeline hub = await scene.StartAsync();
        await hub.PledgeAsync(4);
        await scene.SettleAsync(hub);
        Assert.Equal(4, (await hub.CountAsync()).Single(c => c.State == SectorState.Proving).Sectors);
        ProveCommitSectors3Params[] commits = [.. Commits(scene)];
        Assert.Equal(5, commits.Length);
        Assert.Equal([true, false, false, false, false], commits.Select(commit => !commit.AggregateProof.IsEmpty));
        Assert.All(commits[1..], commit => Assert.Equal((1, true), (commit.SectorProofs.Count, commit.RequireActivationSuccess)));
    }

    [Theory, EachDatabase]
    public async Task Proofs_that_do_not_aggregate_go_one_by_one_in_the_same_message(string kind)
    {
        await using PipelineScene scene = Scene(kind, sectors: 4);
        Func<SectorFacts, byte[]> right = scene.Proof;
        scene.Proof = facts => right(facts)[..191];
        scene.Chain.IsProof = (_, proof) => proof.Length == 191;
        SealingPipeline hub = await scene.StartAsync();
        await hub.PledgeAsync(4);
        await scene.SettleAsync(hub);
        AssertOneByOne(scene, 4);
    }

    [Theory, EachDatabase]
    public async Task Too_few_sectors_and_a_low_base_fee_are_no_reason_to_aggregate(string kind)
    {
        foreach (var (sectors, aggregate) in ((int, AggregateOptions?)[])
            [(3, new()), (4, new() { MinSectors = 5 }), (4, new() { MinBaseFee = TokenAmount.FromFil(1) }), (4, null)])
        {
            await using PipelineScene scene = Scene(kind, sectors);
            scene.Options = scene.Options with { Aggregate = aggregate };
            SealingPipeline hub = await scene.StartAsync();
            await hub.PledgeAsync(sectors);
            await scene.SettleAsync(hub);
            AssertOneByOne(scene, sectors);
        }
    }

    private static void AssertOneByOne(PipelineScene scene, int sectors)
    {
        ProveCommitSectors3Params commit = Assert.Single(Commits(scene));
        Assert.Equal((sectors, true, (ulong?)null), (commit.SectorProofs.Count, commit.AggregateProof.IsEmpty, commit.AggregateProofType));
    }

    private PipelineScene Scene(string kind, int sectors)
    {
        var scene = new PipelineScene(kind)
        {
            Aggregator = new SealAggregator(room.Store),
            Proof = facts => room.Claim(facts.VerifyInfo, room.Config).Proof.ToArray(),
        };
        var verifier = new SealVerifier(room.Store);
        var aggregates = new SealAggregateVerifier(room.Store);
        scene.Chain.IsProof = (sectors, proof) => sectors.Count == 1
            ? verifier.Verify(room.Config, sectors[0], proof.Span)
            : aggregates.VerifyAggregate(room.Config, SnarkPackVersion.V2, sectors, proof.Span);
        scene.Options = scene.Options with
        {
            // Neither patience nor the chain's limits run out on a slow machine: only full messages go.
            Policy = scene.Policy with { EpochDuration = TimeSpan.FromMinutes(1) },
            Commit = new BatchOptions { MaxSectors = sectors, MaxWait = TimeSpan.FromDays(1), Slack = TimeSpan.Zero },
            Aggregate = new AggregateOptions(),
        };
        return scene;
    }

    private static IEnumerable<ProveCommitSectors3Params> Commits(PipelineScene scene) =>
        scene.Chain.Executed.Where(e => e.Message.Method == MinerMethods.ProveCommitSectors3).Select(e => Decode(e.Message));

    private static ProveCommitSectors3Params Decode(Message message) => DagCbor.Decode<ProveCommitSectors3Params>(message.Params.Span);
}
