using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Tests.Shared.Groth16;

namespace Filecoin.Proving.Tests.Aggregation;

public sealed class SealAggregatorTests(AggregationRoom room) : IClassFixture<AggregationRoom>
{
    private readonly SealAggregator _aggregator = new(room.Store);
    private readonly SealAggregateVerifier _verifier = new(room.Store);

    [Theory]
    [InlineData(1, SnarkPackVersion.V2)]
    [InlineData(2, SnarkPackVersion.V1)]
    [InlineData(4, SnarkPackVersion.V1)]
    [InlineData(5, SnarkPackVersion.V2)]
    [InlineData(8, SnarkPackVersion.V2)]
    [InlineData(11, SnarkPackVersion.V1)]
    [InlineData(16, SnarkPackVersion.V2)]
    public void An_aggregate_of_any_number_holds(int count, SnarkPackVersion version)
    {
        var sectors = room.Sectors(count);
        SealVerifyInfo[] infos = [.. sectors.Select(s => s.Info)];
        var proof = _aggregator.Aggregate(room.Config, version, sectors);

        Assert.Equal(AggregateProof.SizeOf(AggregateProof.PaddedCount(count)), proof.Length);
        Assert.True(_verifier.VerifyAggregate(room.Config, version, infos, proof));
        // Sectors are bound wherever they stand, the last of them with its copies.
        foreach (var i in new[] { 0, count / 2, count - 1 }.Distinct())
        {
            var other = (SealVerifyInfo[])infos.Clone();
            other[i] = other[i] with { CommD = AggregationRoom.Info(99).CommD };
            Assert.False(_verifier.VerifyAggregate(room.Config, version, other, proof));
        }
        Assert.False(_verifier.VerifyAggregate(room.Config, 1 - version, infos, proof));
        if (count > 1) Assert.False(_verifier.VerifyAggregate(room.Config, version, [.. infos.Reverse()], proof));
    }

    [Fact]
    public void Threads_do_not_change_the_bytes()
    {
        var sectors = room.Sectors(7);
        var one = new SealAggregator(room.Store, new AggregationOptions { DegreeOfParallelism = 1 });
        Assert.Equal(one.Aggregate(room.Config, SnarkPackVersion.V2, sectors), _aggregator.Aggregate(room.Config, SnarkPackVersion.V2, sectors));
    }

    [Fact]
    public void Partitions_of_non_interactive_sectors_are_aggregated_without_their_seeds()
    {
        var sectors = room.Sectors(1, room.NonInteractive);
        var proof = _aggregator.Aggregate(room.NonInteractive, SnarkPackVersion.V2, sectors);
        SealVerifyInfo info = sectors[0].Info;

        Assert.Equal(AggregateProof.SizeOf(16), proof.Length);
        Assert.True(_verifier.VerifyAggregate(room.NonInteractive, SnarkPackVersion.V2, [info], proof));
        Assert.True(_verifier.VerifyAggregate(room.NonInteractive, SnarkPackVersion.V2, [info with { Seed = AggregationRoom.Info(2).Seed }], proof));
        Assert.False(_verifier.VerifyAggregate(room.NonInteractive, SnarkPackVersion.V2, [info with { CommR = AggregationRoom.Info(2).CommR }], proof));
        Assert.Throws<ArgumentException>(() => _aggregator.Aggregate(room.NonInteractive, SnarkPackVersion.V2, room.Sectors(66, room.NonInteractive)));
    }

    [Fact]
    public void A_sector_whose_proof_does_not_hold_is_named()
    {
        var sectors = room.Sectors(6);
        (sectors[1], sectors[4]) = (sectors[1] with { Proof = sectors[4].Proof }, sectors[4] with { Proof = sectors[1].Proof });
        var error = Assert.Throws<AggregateRejectedException>(() => _aggregator.Aggregate(room.Config, SnarkPackVersion.V2, sectors));
        Assert.Equal([2UL, 5UL], error.Wrong.Select(number => number.Value));
    }

    [Fact]
    public void Proofs_of_the_wrong_length_are_refused()
    {
        var sectors = room.Sectors(4);
        Assert.Throws<MalformedProofException>(
            () => _aggregator.Aggregate(room.Config, SnarkPackVersion.V2, [.. sectors[..3], sectors[3] with { Proof = sectors[3].Proof[1..] }]));
        Assert.Throws<MalformedProofException>(() => _aggregator.Aggregate(room.NonInteractive, SnarkPackVersion.V2, sectors[..1]));
        Assert.Throws<ArgumentException>(() => _aggregator.Aggregate(room.Config, SnarkPackVersion.V2, []));
    }

    [Fact]
    public void More_proofs_than_the_reference_string_has_room_for_are_refused()
    {
        var error = Assert.Throws<ParameterFileException>(
            () => _aggregator.Aggregate(room.Config, SnarkPackVersion.V2, room.Sectors(AggregationRoom.MaxProofs + 1)));
        Assert.Equal(ParameterFileError.TooSmall, error.Error);
    }

    [Fact]
    public void Insecure_reference_strings_need_a_switch()
    {
        var store = new ParameterStore(room.Store.Options with { AllowInsecure = false });
        var error = Assert.Throws<ParameterFileException>(() => InnerProductSrs.Open(store));
        Assert.Equal((ParameterFileError.Insecure, room.Store.InsecureSrsPath), (error.Error, error.Path));
    }

    [Fact]
    public void Work_ends_when_it_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => _aggregator.Aggregate(room.Config, SnarkPackVersion.V2, room.Sectors(4), source.Token));
    }
}
