using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class ActorParamsTests
{
    private static readonly Cid SomeCid = Cid.OfDagCbor([0x80]);

    /// <summary>Parameters that mainnet's actors accepted, in the records that still describe them.</summary>
    [Theory]
    [InlineData("storageminer", "SubmitWindowedPoSt", MinerMethods.SubmitWindowedPoSt)]
    [InlineData("storageminer", "DeclareFaults", MinerMethods.DeclareFaults)]
    [InlineData("storageminer", "DeclareFaultsRecovered", MinerMethods.DeclareFaultsRecovered)]
    [InlineData("storageminer", "ChangeWorkerAddress", MinerMethods.ChangeWorkerAddress)]
    [InlineData("storageminer", "ChangePeerID", MinerMethods.ChangePeerId)]
    [InlineData("storageminer", "ChangeMultiaddrs", MinerMethods.ChangeMultiaddrs)]
    [InlineData("storageminer", "WithdrawBalance", MinerMethods.WithdrawBalance)]
    public void Parameters_of_mainnet_messages_round_trip(string actor, string name, ulong method)
    {
        int count = 0;
        foreach ((_, _, _, _, byte[] bytes) in GoldenChain.Messages().Where(m => m.Actor == actor && m.Method == name && m.Ok))
        {
            Message message = DagCbor.Decode<Message>(bytes);
            Assert.Equal(method, message.Method);
            byte[] parameters = message.Params.ToArray();
            byte[] again = name switch
            {
                "SubmitWindowedPoSt" => RoundTrip<SubmitWindowedPoStParams>(parameters),
                "DeclareFaults" => RoundTrip<DeclareFaultsParams>(parameters),
                "DeclareFaultsRecovered" => RoundTrip<DeclareFaultsRecoveredParams>(parameters),
                "ChangeWorkerAddress" => RoundTrip<ChangeWorkerAddressParams>(parameters),
                "ChangePeerID" => RoundTrip<ChangePeerIdParams>(parameters),
                "ChangeMultiaddrs" => RoundTrip<ChangeMultiaddrsParams>(parameters),
                "WithdrawBalance" => RoundTrip<WithdrawBalanceParams>(parameters),
                _ => throw new ArgumentOutOfRangeException(nameof(name)),
            };
            Assert.Equal(parameters, again);
            count++;
        }

        Assert.True(count > 0);
    }

    /// <summary>Deals of early mainnet could carry labels that call themselves text and are not UTF-8; FIP-0027 ended that, and they are refused.</summary>
    [Fact]
    public void Published_deals_round_trip_unless_their_label_is_not_text()
    {
        int read = 0, refused = 0;
        foreach ((_, _, _, _, byte[] bytes) in GoldenChain.Messages().Where(m => m.Method == "PublishStorageDeals"))
        {
            Message message = DagCbor.Decode<Message>(bytes);
            Assert.Equal(MarketMethods.PublishStorageDeals, message.Method);
            byte[] parameters = message.Params.ToArray();
            try
            {
                Assert.Equal(parameters, RoundTrip<PublishStorageDealsParams>(parameters));
                read++;
            }
            catch (CborFormatException e)
            {
                Assert.Contains("not UTF-8", e.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.Equal(2, read + refused);
        var label = new DealLabel(new byte[] { 0xff });
        Assert.Equal("41ff", Convert.ToHexStringLower(DagCbor.Encode(label)));
        Assert.Equal(label.Bytes.ToArray(), DagCbor.Decode<DealLabel>([0x41, 0xff]).Bytes.ToArray());
        Assert.Equal("m", DagCbor.Decode<DealLabel>([0x61, 0x6d]).Text);
    }

    // builtin-actors, actors/miner/tests/types_test.rs, and go-state-types, v16/miner/miner_types_test.go.
    [Theory]
    [InlineData("868040080102f4")]
    [InlineData("8681860102d82a49000182e2039220010003040544deadbeef120106f5")]
    [InlineData("8682860102d82a49000182e20392200100030405860607d82a49000182e2039220010108090a44deadbeef12010bf4")]
    public void Published_non_interactive_commits(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        ProveCommitSectorsNIParams parameters = DagCbor.Decode<ProveCommitSectorsNIParams>(bytes);
        Assert.Equal(1UL, parameters.AggregateProofType);
        Assert.Equal(bytes, DagCbor.Encode(parameters));
    }

    [Theory]
    [InlineData("900020d82a450001000000800000404040f6f600f6f60040")]
    [InlineData("900108d82a49000182e20392200100800203420004420005490053444835ec580000f6f609f6f600490098a7d9b8314c0000")]
    [InlineData("900108d82a49000182e20392200100800203420004420005490053444835ec580000f6f609f6d82a49000181e2039220010101490098a7d9b8314c0000")]
    [InlineData("8f0109d82a49000182e20392200100800203420004420005490053444835ec580000f6f609f6f601")]
    public void Published_sectors_in_both_forms(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        SectorOnChainInfo sector = DagCbor.Decode<SectorOnChainInfo>(bytes);
        Assert.Equal(bytes, DagCbor.Encode(sector));
        Assert.Equal(bytes[0] == 0x8f, sector.DailyFee is null);
    }

    [Theory]
    [InlineData("8dd82a450001000000d82a45000100000040400000824040d82a450001000000d82a450001000000d82a450001000000d82a45000100000082404040")]
    [InlineData(
        "8dd82a49000182e20392200100d82a49000182e20392200101410c4118020382420004420005d82a49000182e20392200102d82a49000182e20392200103"
        + "d82a49000182e20392200104d82a49000182e203922001058242000642000749006f05b59d3b200000")]
    public void Published_deadlines(string hex) =>
        Assert.Equal(Convert.FromHexString(hex), RoundTrip<DeadlineState>(Convert.FromHexString(hex)));

    [Fact]
    public void Commits_are_arrays_in_the_actors_field_order()
    {
        var commit = new ProveCommitSectors3Params(
            [new SectorActivationManifest(7, [new PieceActivationManifest(SomeCid, 2048, new VerifiedAllocationKey(1000, 5), [new DataActivationNotification(Address.FromId(5), new byte[] { 9 })])])],
            [new byte[] { 1, 2 }], default, null, true, false);
        string piece = "84" + Link(SomeCid) + "190800" + "821903e805" + "81" + "82420005" + "4109";
        Assert.Equal("86" + "81" + "8207" + "81" + piece + "81420102" + "40" + "f6" + "f5" + "f4", Convert.ToHexStringLower(DagCbor.Encode(commit)));
        RoundTripJson(commit);

        var update = new ProveReplicaUpdates3Params([new SectorUpdateManifest(7, 1, 2, SomeCid, [])], [], new byte[] { 3 }, 4, 1, false, true);
        Assert.Equal("87" + "81" + "85070102" + Link(SomeCid) + "80" + "80" + "4103" + "04" + "01" + "f4" + "f5", Convert.ToHexStringLower(DagCbor.Encode(update)));
        RoundTripJson(update);

        var precommit = new PreCommitSectorBatch2Params([new SectorPreCommitInfo(8, 7, SomeCid, 100, [], 600000, null)]);
        Assert.Equal("8181870807" + Link(SomeCid) + "186480" + "1a000927c0" + "f6", Convert.ToHexStringLower(DagCbor.Encode(precommit)));
        RoundTripJson(precommit);

        var extension = new ExtendSectorExpiration2Params([new ExpirationExtension2(1, 2, Bitfield.Of(1), [new SectorClaim(4, [5], [6, 7])], 9)]);
        Assert.Equal("818185010241188183048105820607" + "09", Convert.ToHexStringLower(DagCbor.Encode(extension)));
        RoundTripJson(extension);

        Assert.Equal("8181830102" + "4118", Convert.ToHexStringLower(DagCbor.Encode(new TerminateSectorsParams([new TerminationDeclaration(1, 2, Bitfield.Of(1))]))));
        Assert.Equal("82014118", Convert.ToHexStringLower(DagCbor.Encode(new CompactPartitionsParams(1, Bitfield.Of(1)))));
        Assert.Equal("820102", Convert.ToHexStringLower(DagCbor.Encode(new DisputeWindowedPoStParams(1, 2))));
        Assert.Equal("83430" + "0e807" + "420001" + "05", Convert.ToHexStringLower(DagCbor.Encode(new ChangeBeneficiaryParams(Address.FromId(1000), new TokenAmount(1), 5))));
    }

    [Fact]
    public void A_batch_return_names_the_sectors_that_failed()
    {
        BatchReturn result = DagCbor.Decode<BatchReturn>(Convert.FromHexString("820281820110"));
        Assert.Equal(2UL, result.SuccessCount);
        Assert.Equal([new FailCode(1, 16)], result.FailCodes);
    }

    [Fact]
    public void Miner_state_round_trips()
    {
        var power = new PowerPair(new TokenAmount(1), new TokenAmount(2));
        var partition = new PartitionState(
            Bitfield.OfRange(0, 9), Bitfield.Empty, Bitfield.Of(1), Bitfield.Of(1), Bitfield.Empty, SomeCid, SomeCid, power, power, power, power);
        Assert.Equal(DagCbor.Encode(partition), RoundTrip<PartitionState>(DagCbor.Encode(partition)));
        var info = new MinerInfoState(
            Address.FromId(1), Address.FromId(2), [Address.FromId(3)], null, new byte[] { 1 }, [new byte[] { 2 }], 8, 34359738368, 2349, -1, null,
            Address.FromId(1), new BeneficiaryTerm(default, default, 0), new PendingBeneficiaryChange(Address.FromId(4), default, 5, true, false));
        Assert.Equal(DagCbor.Encode(info), RoundTrip<MinerInfoState>(DagCbor.Encode(info)));
        Assert.Equal(Address.FromId(9), DagCbor.Decode<MinerInfoState>(DagCbor.Encode(info with { PendingOwnerAddress = Address.FromId(9) })).PendingOwnerAddress);
    }

    [Fact]
    public void Lists_that_are_null_in_json_are_empty()
    {
        SectorActivationManifest manifest = JsonSerializer.Deserialize<SectorActivationManifest>("""{"SectorNumber":3,"Pieces":null}""")!;
        Assert.Empty(manifest.Pieces);
        Assert.Equal("820380", Convert.ToHexStringLower(DagCbor.Encode(manifest)));
    }

    private static string Link(Cid cid) => "d82a582700" + Convert.ToHexStringLower(cid.Bytes);

    private static byte[] RoundTrip<T>(byte[] bytes)
        where T : ICborValue<T> => DagCbor.Encode(DagCbor.Decode<T>(bytes));

    private static void RoundTripJson<T>(T value)
        where T : ICborValue<T> => Assert.Equal(DagCbor.Encode(value), DagCbor.Encode(JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value))!));
}
