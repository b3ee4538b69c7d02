using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Sectors;

public class RecordedIdsTests
{
    [Theory]
    [MemberData(nameof(GoldenVectors.Sectors), MemberType = typeof(GoldenVectors))]
    public void The_replica_id_follows_from_the_ids_of_the_sector(string sector)
    {
        var meta = GoldenVectors.Meta(sector);
        var replicaId = ReplicaId.Compute(meta.ProverId, meta.Number, meta.Ticket, meta.CommD, meta.PorepId);
        Assert.Equal(meta.ReplicaId, replicaId);
    }

    [Theory]
    [MemberData(nameof(GoldenVectors.Sectors), MemberType = typeof(GoldenVectors))]
    public void The_table_has_the_porep_id_and_the_challenges_of_the_recording(string sector)
    {
        var meta = GoldenVectors.Meta(sector);
        var config = PoRepConfig.Create(meta.Size, meta.ApiVersion, meta.Feature);
        Assert.Equal(meta.PorepId, config.PorepId);
        Assert.NotNull(config.RegisteredProof);
        Assert.Equal(meta.Json.GetProperty("vanilla_partitions").GetInt32(), config.Partitions);
        Assert.Equal(meta.Json.GetProperty("vanilla_challenges_per_partition").GetInt32(), config.ChallengesPerPartition);
    }

    [Theory]
    [MemberData(nameof(GoldenVectors.Sectors), MemberType = typeof(GoldenVectors))]
    public void Tickets_seeds_and_prover_are_those_that_anyone_derives(string sector)
    {
        var meta = GoldenVectors.Meta(sector);
        Assert.Equal(Ticket.FromBytes(DerivedData.Digest("anchor-ticket", meta.Number.Value)), meta.Ticket);
        Assert.Equal(Seed.FromBytes(DerivedData.Digest("anchor-seed", meta.Number.Value)), meta.Seed);
        Assert.Equal(PoStRandomness.FromChain(DerivedData.Digest("anchor-prover")).ToArray(), meta.ProverId.ToArray());
    }

    [Fact]
    public void The_table_has_the_porep_ids_of_the_recorded_graphs()
    {
        var rows = 0;
        foreach (var graph in GoldenVectors.JsonLines("graph.jsonl"))
        {
            var version = ApiVersionText.ParseVersion(graph.GetProperty("api_version").GetString()!);
            var feature = version == ApiVersion.V1_2 ? PoRepFeature.NonInteractive : PoRepFeature.None;
            var config = PoRepConfig.Create(SectorSize.FromBytes(graph.GetProperty("sector_size").GetInt64()), version, feature);
            Assert.Equal(PorepId.Parse(graph.GetProperty("porep_id").GetString()!), config.PorepId);
            rows++;
        }

        Assert.Equal(24, rows);
    }
}
