using FsCheck;
using FsCheck.Fluent;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Tests.Pipeline;

namespace Filecoin.Sealing.Tests.Data;

public sealed class PackingTests
{
    private static readonly SectorSize Sector = SectorSize.KiB2;

    /// <summary>No piece twice, none that does not fit, each at a multiple of its size, and only sectors that are full or cannot wait go.</summary>
    [Fact]
    public void Any_pieces_lie_in_sectors_as_they_must()
    {
        Gen<WaitingPiece> piece = from log in Gen.Choose(7, 11) from waited in Gen.Choose(0, 10) from urgent in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
                                  select new WaitingPiece(new SectorPiece(Guid.NewGuid().ToString("n"), "", 1L << log, 1, "", PieceTerms.None), TimeSpan.FromHours(waited), urgent);
        Gen<(List<WaitingPiece> Pieces, int Most)> any = from count in Gen.Choose(0, 60) from list in piece.ListOf(count) from most in Gen.Choose(1, 12) select (list.ToList(), most);
        TimeSpan patience = TimeSpan.FromHours(9);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(any.ToArbitrary(), given =>
        {
            IReadOnlyList<IReadOnlyList<SectorPiece>> plan = PiecePacking.Plan(Sector, given.Pieces, patience, given.Most);
            Assert.Equal(plan.Sum(sector => sector.Count), plan.SelectMany(sector => sector).Select(p => p.Id).Distinct().Count());
            var waiting = given.Pieces.ToDictionary(p => p.Piece.Id);
            foreach (IReadOnlyList<SectorPiece> sector in plan)
            {
                long at = 0;
                foreach (SectorPiece next in sector)
                {
                    Assert.Equal(0, at % next.PaddedSize);
                    at += next.PaddedSize;
                }

                Assert.InRange(at, 1, Sector.Bytes);
                Assert.InRange(sector.Count, 1, given.Most);
                Assert.True(at == Sector.Bytes || sector.Count == given.Most || sector.Any(p => waiting[p.Id].Urgent || waiting[p.Id].Waited >= patience));
            }

            // Nobody who cannot wait is left behind.
            var gone = plan.SelectMany(sector => sector).Select(p => p.Id).ToHashSet();
            Assert.All(given.Pieces.Where(p => p.Urgent || p.Waited >= patience), p => Assert.Contains(p.Piece.Id, gone));
        }));
    }

    [Theory, EachDatabase]
    public async Task Deals_share_sectors_whose_life_covers_theirs(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        long now = scene.Chain.Height, lasting = now + (scene.Policy.MinSectorExpiration * 40);
        var long1 = new PieceTerms { StartEpoch = now + 2000, EndEpoch = lasting, Client = 77, Allocation = 5 };
        await hub.AddPieceAsync(SealingPipelineTests.Data(1000) with { Terms = long1 });
        await hub.AddPieceAsync(SealingPipelineTests.Data(500) with { Terms = new PieceTerms { StartEpoch = now + 3000, EndEpoch = now + 500 } });
        await hub.AddPieceAsync(SealingPipelineTests.Data(1000));
        await scene.SettleAsync(hub);
        IReadOnlyList<SectorSummary> sectors = await hub.ListAsync();
        Assert.Equal(2, sectors.Count);
        Assert.All(sectors, sector => Assert.Equal(SectorState.Proving, sector.State));
        foreach (SectorSummary sector in sectors)
        {
            SectorDetails details = await scene.ShowAsync(hub, sector.Sector);
            long expiration = (await scene.Chain.SectorAsync(scene.Chain.Miner, sector.Sector.Number.Value, ChainCo.Chain.TipSetKey.Empty, default))!.Expiration.Value;
            Assert.All(details.Pieces, piece => Assert.True(piece.Terms.EndEpoch is not { } end || expiration >= end));
        }

        Assert.Empty(await hub.Pieces.ListAsync());
    }

    [Theory, EachDatabase]
    public async Task Pieces_wait_while_as_many_sectors_are_sealed_as_may_be(string kind)
    {
        await using var scene = new PipelineScene(kind) { MaxSectors = 2 };
        SealingPipeline hub = await scene.StartAsync();
        for (int i = 0; i < 5; i++)
            await hub.AddPieceAsync(SealingPipelineTests.Data(2000));
        await hub.RoundAsync();
        Assert.Equal(2, (await hub.ListAsync()).Count);
        Assert.Equal(3, (await hub.Pieces.ListAsync()).Count(piece => piece.State == StagedPieceState.Open));
        for (int i = 0; i < 400 && (await hub.Pieces.ListAsync()).Count > 0; i++)
        {
            await scene.StepAsync(hub);
            Assert.InRange((await hub.CountAsync()).Where(c => c.State != SectorState.Proving).Sum(c => c.Sectors), 0, 2);
        }

        Assert.Equal(5, (await hub.CountAsync()).Single().Sectors);
    }

    [Theory, EachDatabase]
    public async Task A_deal_that_starts_too_soon_is_dropped_before_it_spends_a_number(string kind)
    {
        await using var scene = new PipelineScene(kind);
        SealingPipeline hub = await scene.StartAsync();
        await hub.AddPieceAsync(SealingPipelineTests.Data(500) with { Terms = new PieceTerms { StartEpoch = scene.Chain.Height + 1 } });
        await hub.RoundAsync();
        Assert.Empty(await hub.ListAsync());
        Assert.Empty(await hub.Pieces.ListAsync());
        Assert.Equal(0, await hub.Pieces.StagedBytesAsync());
    }
}
