using Filecoin.ChainCo.Chain;

namespace Filecoin.Proving.Scheduling;

/// <summary>How the proving cycle runs. Epochs are those of the chain.</summary>
public sealed record WindowPoStOptions
{
    /// <summary>The miners to prove for, f0 addresses.</summary>
    public required IReadOnlyList<Address> Miners { get; init; }

    /// <summary>The network's constants.</summary>
    public NetworkPolicy Policy { get; init; } = NetworkPolicy.Mainnet;

    /// <summary>Epochs after the challenge from which on it is believed (lotus <c>ChallengeConfidence</c>).</summary>
    public int ChallengeConfidence { get; init; } = 1;

    /// <summary>Epochs after a deadline's opening at which proofs are submitted (lotus <c>SubmitConfidence</c>).</summary>
    public int SubmitConfidence { get; init; } = 4;

    /// <summary>Partitions in one message at most; the network's limits hold as well.</summary>
    public int PartitionsPerMessage { get; init; } = 3;

    /// <summary>
    /// Whether a partition with recovering sectors gets a message of its own: its proof is verified at once, which takes much gas.
    /// </summary>
    public bool RecoveringPartitionsAlone { get; init; } = true;

    /// <summary>Epochs that finished proofs wait for others of their deadline, so that they share a message.</summary>
    public int BatchWait { get; init; } = 6;

    /// <summary>Epochs after which a proof whose message landed, but which the chain does not show, is sent anew.</summary>
    public int ResendAfter { get; init; } = 5;

    /// <summary>attoFIL that a message may cost in fees.</summary>
    public TokenAmount MaxFee { get; init; } = TokenAmount.ParseFil("5");

    /// <summary>Epochs before the fault cutoff at which the sectors of a deadline are looked at.</summary>
    public int CheckLead { get; init; } = 60;

    /// <summary>Epochs after which faulty sectors that could not be read are looked at once more.</summary>
    public int Recheck { get; init; } = 15;

    /// <summary>Epochs before the fault cutoff in which nothing is declared any more, for it would not land in time.</summary>
    public int DeclareMargin { get; init; } = 5;

    /// <summary>
    /// Whether sectors found unreadable ahead of their deadline are declared faulty. It costs gas and saves nothing, for a sector skipped in the
    /// proof pays the same fault fee; and the disk may be back in time.
    /// </summary>
    public bool DeclareFaults { get; init; }

    /// <summary>Sectors declared recovered for one deadline at most, so that a mass recovery does not outgrow what can be proven in time.</summary>
    public int RecoveriesPerDeadline { get; init; } = 25_000;

    /// <summary>Partitions in one declaration message.</summary>
    public int PartitionsPerDeclaration { get; init; } = 20;

    /// <summary>The share of the time left that reading a partition's sectors may take; the SNARK and the message need the rest.</summary>
    public double ReadShare { get; init; } = 0.4;

    /// <summary>Partitions whose vanilla proofs are read or held in memory at once, some 60 MB each for 32 GiB sectors.</summary>
    public int PartitionsAtOnce { get; init; } = 32;

    /// <summary>How long the calls of one head may take before the next head is looked at.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long heads may fail to come before the subscription is made anew, and how long to wait after it broke.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long to wait before a broken subscription is made anew.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the right to write lasts without renewal, by the database's clock: how soon a second hub takes over from a dead one.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Fails on values that cannot work.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public WindowPoStOptions Validate()
    {
        ArgumentNullException.ThrowIfNull(Miners);
        if (Miners.Count == 0 || Miners.Any(miner => !miner.TryGetId(out _)) || Miners.Distinct().Count() != Miners.Count)
            throw new ArgumentException($"Expected different f0 addresses of miners, found [{string.Join(", ", Miners)}].", nameof(Miners));
        ArgumentNullException.ThrowIfNull(Policy);
        foreach (int epochs in new[] { ChallengeConfidence, SubmitConfidence, BatchWait, CheckLead, DeclareMargin, RecoveriesPerDeadline })
            ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        foreach (int count in new[] { PartitionsPerMessage, PartitionsPerDeclaration, PartitionsAtOnce, ResendAfter, Recheck })
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        foreach (TimeSpan interval in new[] { StepTimeout, HeadTimeout, RetryDelay, Lease })
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        if (ReadShare is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(ReadShare), ReadShare, "Expected a share between 0 and 1.");
        return this;
    }
}
