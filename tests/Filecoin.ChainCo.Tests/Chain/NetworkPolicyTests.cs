using Filecoin.ChainCo.Chain;

namespace Filecoin.ChainCo.Tests.Chain;

public sealed class NetworkPolicyTests
{
    [Fact]
    public void Mainnet_has_the_actors_constants()
    {
        NetworkPolicy policy = NetworkPolicy.Mainnet.Validate();
        Assert.Equal(2880, policy.WPoStProvingPeriod);
        Assert.Equal(42 * 2880, policy.FaultMaxAge);
        Assert.Equal(3780, policy.MaxPreCommitRandomnessLookback);
        Assert.Equal(518_400, policy.MinSectorExpiration);
        Assert.Equal(3_680_640, policy.MaxSectorExpirationExtension);
    }

    [Theory]
    [InlineData(3, 3030L)]
    [InlineData(8, 86_550L)]
    [InlineData(13, 86_550L)]
    [InlineData(18, null)]
    [InlineData(1005, 86_550L)]
    public void Time_to_prove_depends_on_the_seal_proof(long sealProof, long? epochs) =>
        Assert.Equal(epochs, NetworkPolicy.Mainnet.MaxProveCommitDuration(sealProof));

    [Theory]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(8, 10)]
    [InlineData(48, 60)]
    public void A_short_network_is_valid(int deadlines, long window) =>
        Assert.Equal(deadlines * window, NetworkPolicy.Development(TimeSpan.FromMilliseconds(50), deadlines, window).WPoStProvingPeriod);

    [Fact]
    public void Values_that_do_not_fit_are_named()
    {
        NetworkPolicy mainnet = NetworkPolicy.Mainnet;
        foreach ((NetworkPolicy policy, string name) in new[]
        {
            (mainnet with { EpochDuration = TimeSpan.Zero }, nameof(NetworkPolicy.EpochDuration)),
            (mainnet with { WPoStPeriodDeadlines = 2 }, nameof(NetworkPolicy.WPoStPeriodDeadlines)),
            (mainnet with { WPoStChallengeWindow = 1 }, nameof(NetworkPolicy.WPoStChallengeWindow)),
            (mainnet with { FaultDeclarationCutoff = 10 }, nameof(NetworkPolicy.FaultDeclarationCutoff)),
            (mainnet with { WPoStDisputeWindow = 2880 }, nameof(NetworkPolicy.WPoStDisputeWindow)),
            (mainnet with { PreCommitChallengeDelay = 0 }, nameof(NetworkPolicy.PreCommitChallengeDelay)),
            (mainnet with { MaxAggregatedSectors = 3 }, nameof(NetworkPolicy.MaxAggregatedSectors)),
        })
            Assert.Contains(name, Assert.Throws<NetworkPolicyException>(policy.Validate).Message, StringComparison.Ordinal);
    }
}
