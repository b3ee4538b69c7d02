using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Threading.Channels;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling;
using Filecoin.Proving.Sectors;
using PoStPartition = Filecoin.ChainCo.Chain.Actors.PoStPartition;

namespace Filecoin.Proving.Tests.Scheduling;

/// <summary>A miner's partitions and what the present window has seen, as the actor keeps them. Immutable, so that a fork is a copy.</summary>
internal sealed record SimulatedMiner(ulong Id, ImmutableArray<ImmutableArray<SimulatedPartition>> Deadlines);

/// <summary>A partition: its sectors, which are faulty or recovering, and whether the open window has its proof.</summary>
internal sealed record SimulatedPartition(Bitfield Sectors, Bitfield Faulty, Bitfield Recovering, bool Posted)
{
    /// <summary>What a proof must cover.</summary>
    public Bitfield Expected => Sectors.Except(Faulty).Union(Recovering);
}

/// <summary>One message as the pool and the blocks know it.</summary>
internal sealed record SimulatedMessage(PoStMessage Message, long SentAt);

/// <summary>
/// A chain of one tipset an epoch with miner actors that judge window PoSts as the real one does, a pool, and a sender. Time moves when a test says so;
/// everything follows from the seed. A reorg replaces the newest tipsets by others: their randomness changes and their messages go back to the pool.
/// </summary>
internal sealed class SimulatedChain : IProvingChain, IPoStMessages
{
    private readonly Lock _lock = new();
    private readonly List<Tip> _tips = [];
    private readonly Dictionary<string, SimulatedMessage> _pool = new(StringComparer.Ordinal);
    private readonly List<Channel<ChainPoint>> _followers = [];
    private readonly Queue<Tip> _seen = new();
    private readonly HashSet<ulong> _skipped = [];
    private readonly IPoStVerifier _verifier;
    private readonly ReplicaShelf _shelf;
    private int _forks;

    public SimulatedChain(NetworkPolicy policy, IPoStVerifier verifier, ReplicaShelf shelf, IEnumerable<SimulatedMiner> miners)
    {
        (Policy, _verifier, _shelf) = (policy, verifier, shelf);
        _tips.Add(new Tip(0, KeyOf(0, 0), miners.ToImmutableDictionary(miner => miner.Id), [], ImmutableDictionary<string, string?>.Empty));
        _seen.Enqueue(_tips[0]);
    }

    public NetworkPolicy Policy { get; }

    /// <summary>Throws what a broken daemon would, or returns null.</summary>
    public Func<string, Exception?> Fault { get; set; } = _ => null;

    /// <summary>Epochs that a message waits in the pool.</summary>
    public Func<PoStMessage, int> Delay { get; set; } = _ => 1;

    /// <summary>Partitions that had sectors to prove when their window closed and no proof on the chain that remained.</summary>
    public IReadOnlyList<(ulong Miner, long Open, ulong Deadline, ulong Partition)> Missed { get; private set; } = [];

    /// <summary>Proofs handed to the sender that verify on no fork that was ever seen, and submissions that break a rule which a correct submitter keeps.</summary>
    public List<string> Invalid { get; } = [];

    /// <summary>Sectors that submissions skipped.</summary>
    public IReadOnlyCollection<ulong> Skipped => _skipped;

    /// <summary>Messages sent for submissions whose partitions were on the chain already.</summary>
    public int Doubles { get; private set; }

    public int WindowsClosed { get; private set; }

    public ChainPoint Head
    {
        get
        {
            lock (_lock)
                return _tips[^1].Point;
        }
    }

    public IReadOnlyCollection<SimulatedMiner> Miners
    {
        get
        {
            lock (_lock)
                return [.. _tips[^1].Miners.Values];
        }
    }

    public SimulatedMiner Miner(ulong id)
    {
        lock (_lock)
            return _tips[^1].Miners[id];
    }

    /// <summary>Makes the next tipset of the messages that are due.</summary>
    public void Advance()
    {
        lock (_lock)
            Append();
        Tell();
    }

    /// <summary>Replaces the newest tipsets by as many others and one more.</summary>
    public void Reorganise(int depth)
    {
        lock (_lock)
        {
            depth = Math.Min(depth, _tips.Count - 1);
            _forks++;
            Tip[] gone = [.. _tips.Skip(_tips.Count - depth)];
            _tips.RemoveRange(_tips.Count - depth, depth);
            foreach (SimulatedMessage message in gone.SelectMany(tip => tip.Messages))
                _pool.TryAdd(message.Message.Key, message);
            for (int i = 0; i <= depth; i++)
                Append();
        }

        Tell();
    }

    /// <summary>Forgets the messages that wait, as a daemon does that loses its pool.</summary>
    public int LoseMessages()
    {
        lock (_lock)
        {
            int lost = _pool.Count;
            _pool.Clear();
            return lost;
        }
    }

    public async IAsyncEnumerable<ChainPoint> HeadsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Break("heads");
        Channel<ChainPoint> heads = Channel.CreateUnbounded<ChainPoint>();
        lock (_lock)
        {
            heads.Writer.TryWrite(_tips[^1].Point);
            _followers.Add(heads);
        }

        try
        {
            await foreach (ChainPoint head in heads.Reader.ReadAllAsync(cancellationToken))
            {
                Break("heads");
                yield return head;
            }
        }
        finally
        {
            lock (_lock)
                _followers.Remove(heads);
        }
    }

    public Task<ProvingMiner> MinerAsync(Address miner, TipSetKey at, CancellationToken cancellationToken = default) => Read(
        "miner", () => new ProvingMiner((long)RegisteredPoStProof.StackedDrgWindow2KiBV1_1, 2048, 2));

    public Task<DeadlineInfo> DeadlineAsync(Address miner, TipSetKey at, CancellationToken cancellationToken = default) => Read("deadline", () =>
    {
        long epoch = At(at).Height;
        long period = epoch / Policy.WPoStProvingPeriod * Policy.WPoStProvingPeriod;
        long index = (epoch - period) / Policy.WPoStChallengeWindow;
        long open = period + (index * Policy.WPoStChallengeWindow);
        return new DeadlineInfo(
            epoch, period, (ulong)index, open, open + Policy.WPoStChallengeWindow, open - Policy.WPoStChallengeLookback, open - Policy.FaultDeclarationCutoff,
            (ulong)Policy.WPoStPeriodDeadlines, Policy.WPoStProvingPeriod, Policy.WPoStChallengeWindow, Policy.WPoStChallengeLookback, Policy.FaultDeclarationCutoff);
    });

    public Task<IReadOnlyList<MinerDeadline>> SubmissionsAsync(Address miner, TipSetKey at, CancellationToken cancellationToken = default) => Read(
        "submissions",
        () => (IReadOnlyList<MinerDeadline>)[.. Of(miner, at).Deadlines.Select(deadline => new MinerDeadline(
            Bitfield.Of(deadline.Index().Where(part => part.Item.Posted).Select(part => (ulong)part.Index)), 0))]);

    public Task<IReadOnlyList<MinerPartition>> PartitionsAsync(Address miner, ulong deadline, TipSetKey at, CancellationToken cancellationToken = default) => Read(
        "partitions",
        () => (IReadOnlyList<MinerPartition>)[.. Of(miner, at).Deadlines[(int)deadline].Select(part => new MinerPartition(
            part.Sectors, part.Faulty, part.Recovering, part.Sectors, part.Sectors.Except(part.Faulty)))]);

    public Task<IReadOnlyList<SectorOnChainInfo>> SectorsAsync(Address miner, Bitfield sectors, TipSetKey at, CancellationToken cancellationToken = default) => Read(
        "sectors",
        () => (IReadOnlyList<SectorOnChainInfo>)[.. sectors.Bits().Select(sector => new SectorOnChainInfo
        {
            SectorNumber = sector, SealProof = (long)RegisteredSealProof.StackedDrg2KiBV1_1,
            SealedCID = Cid.FromSealedCommitment(_shelf.CommR(sector).Span), Activation = 0, Expiration = 1_000_000,
        })]);

    public Task<ReadOnlyMemory<byte>> ChallengeAsync(Address miner, ChainEpoch challenge, TipSetKey at, CancellationToken cancellationToken = default) =>
        Read("challenge", () => Randomness(challenge.Value, At(at), $"window {miner}"));

    public Task<ReadOnlyMemory<byte>> CommitRandomnessAsync(ChainEpoch epoch, TipSetKey at, CancellationToken cancellationToken = default) =>
        Read("commit", () => Randomness(epoch.Value, At(at), "commit"));

    public Task SendAsync(PoStMessage message, CancellationToken cancellationToken = default) => Read("send", () =>
    {
        if (message.Method == MinerMethods.SubmitWindowedPoSt)
            CheckSent(message);
        if (!_tips.SelectMany(tip => tip.Messages).Any(sent => sent.Message.Key == message.Key))
            _pool.TryAdd(message.Key, new SimulatedMessage(message, _tips[^1].Height));
        return true;
    });

    public Task<PoStMessageState> StatusAsync(string key, CancellationToken cancellationToken = default) => Read("status", () =>
    {
        if (_tips.FirstOrDefault(tip => tip.Receipts.ContainsKey(key)) is { } landed)
        {
            return landed.Receipts[key] is { } error
                ? new PoStMessageState(PoStMessageStatus.Failed, null, error) : new PoStMessageState(PoStMessageStatus.Landed);
        }

        return new PoStMessageState(_pool.ContainsKey(key) ? PoStMessageStatus.Pending : PoStMessageStatus.Unknown);
    });

    private Task<T> Read<T>(string what, Func<T> read)
    {
        Break(what);
        lock (_lock)
            return Task.FromResult(read());
    }

    private void Break(string what)
    {
        if (Fault(what) is { } fault)
            throw fault;
    }

    private void Tell()
    {
        lock (_lock)
        {
            foreach (Channel<ChainPoint> follower in _followers)
                follower.Writer.TryWrite(_tips[^1].Point);
        }
    }

    private Tip At(TipSetKey key) => _tips.LastOrDefault(tip => tip.Point.Key.Equals(key)) ?? throw new InvalidOperationException("the tipset was reverted");

    private SimulatedMiner Of(Address miner, TipSetKey at) => At(at).Miners[IdOf(miner)];

    private static ulong IdOf(Address miner) => miner.TryGetId(out ulong id) ? id : throw new InvalidOperationException($"{miner} is no id address");

    // The randomness of an epoch is that of its tipset on the chain below the given one.
    private ReadOnlyMemory<byte> Randomness(long epoch, Tip below, string what)
    {
        Tip drawn = _tips.Last(tip => tip.Height <= Math.Max(0, Math.Min(epoch, below.Height)));
        return RandomnessOf(drawn, what);
    }

    private static byte[] RandomnessOf(Tip drawn, string what) =>
        SHA256.HashData([.. drawn.Point.Key.Bytes, .. System.Text.Encoding.ASCII.GetBytes(what)]);

    private void Append()
    {
        Tip parent = _tips[^1];
        long height = parent.Height + 1;
        ImmutableDictionary<ulong, SimulatedMiner> miners = parent.Miners;
        SimulatedMessage[] due = [.. _pool.Values.Where(message => height >= message.SentAt + Delay(message.Message)).OrderBy(message => message.SentAt).ThenBy(message => message.Message.Key, StringComparer.Ordinal)];
        var receipts = ImmutableDictionary.CreateBuilder<string, string?>();
        foreach (SimulatedMessage message in due)
        {
            _pool.Remove(message.Message.Key);
            receipts[message.Message.Key] = Apply(message.Message, height, parent, ref miners);
        }

        // The cron at the last epoch of a window ends it.
        var missed = ImmutableArray.CreateBuilder<(ulong, long, ulong, ulong)>();
        if ((height + 1) % Policy.WPoStChallengeWindow == 0)
        {
            long open = height + 1 - Policy.WPoStChallengeWindow;
            ulong deadline = (ulong)(open % Policy.WPoStProvingPeriod / Policy.WPoStChallengeWindow);
            foreach (SimulatedMiner miner in miners.Values)
                miners = miners.SetItem(miner.Id, Close(miner, deadline, open, missed));
            WindowsClosed++;
        }

        _tips.Add(new Tip(height, KeyOf(height, _forks), miners, [.. due], receipts.ToImmutable()) { Missed = missed.ToImmutable() });
        _seen.Enqueue(_tips[^1]);
        if (_seen.Count > 4 * Policy.WPoStChallengeWindow)
            _seen.Dequeue();
        Missed = [.. _tips.SelectMany(tip => tip.Missed)];
    }

    private static SimulatedMiner Close(
        SimulatedMiner miner, ulong deadline, long open, ImmutableArray<(ulong, long, ulong, ulong)>.Builder missed)
    {
        var parts = miner.Deadlines[(int)deadline];
        foreach ((int index, SimulatedPartition part) in parts.Index())
        {
            if (!part.Posted && !part.Expected.IsEmpty)
                missed.Add((miner.Id, open, deadline, (ulong)index));
            parts = parts.SetItem(index, part.Posted || part.Expected.IsEmpty
                ? part with { Posted = false }
                : part with { Faulty = part.Sectors, Recovering = Bitfield.Empty });
        }

        return miner with { Deadlines = miner.Deadlines.SetItem((int)deadline, parts) };
    }

    private string? Apply(PoStMessage message, long height, Tip parent, ref ImmutableDictionary<ulong, SimulatedMiner> miners)
    {
        SimulatedMiner miner = miners[IdOf(message.Miner)];
        try
        {
            miner = message.Method switch
            {
                MinerMethods.SubmitWindowedPoSt => Submit(miner, DagCbor.Decode<SubmitWindowedPoStParams>(message.Params.Span), height, parent),
                MinerMethods.DeclareFaultsRecovered => Recover(miner, DagCbor.Decode<DeclareFaultsRecoveredParams>(message.Params.Span), height),
                _ => throw new InvalidOperationException($"method {message.Method}"),
            };
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }

        miners = miners.SetItem(miner.Id, miner);
        return null;
    }

    // What is sent must be right on some chain that there was: only what became of the chain afterwards may make it wrong.
    private void CheckSent(PoStMessage message)
    {
        var parameters = DagCbor.Decode<SubmitWindowedPoStParams>(message.Params.Span);
        if (parameters.Partitions.Count > Policy.PoStedPartitionsMax || parameters.Proofs.Count != 1)
            Invalid.Add($"{message.Key}: {parameters.Partitions.Count} partitions, {parameters.Proofs.Count} proofs");
        foreach (PoStPartition posted in parameters.Partitions)
            _skipped.UnionWith(posted.Skipped.Bits());
        ImmutableArray<SimulatedPartition>[] states = [.. _seen.Select(tip => tip.Miners[IdOf(message.Miner)].Deadlines[(int)parameters.Deadline])];
        Tip[] drawn = [.. _seen.Where(tip => tip.Height == Math.Max(0, parameters.ChainCommitEpoch.Value))];
        if (!drawn.Any(tip => states.Any(parts => Proves(parameters, tip, $"window {message.Miner}", parts))))
            Invalid.Add($"{message.Key}: the proof verifies on no chain");
    }

    // A correct submitter names the challenge's epoch for the chain's own.
    private bool Proves(SubmitWindowedPoStParams parameters, Tip drawn, string what, ImmutableArray<SimulatedPartition> parts)
    {
        var proven = new SortedSet<ulong>(parameters.Partitions.SelectMany(posted => parts[(int)posted.Index].Expected.Except(posted.Skipped).Bits()));
        return proven.Count > 0 && Proves(parameters.Proofs[0], RandomnessOf(drawn, what), proven);
    }

    private bool Proves(PoStProof proof, ReadOnlyMemory<byte> randomness, IEnumerable<ulong> proven)
    {
        var inputs = new PoStPublicInputs(
            PoStRandomness.FromChain(randomness.Span), [.. proven.Select(sector => new PoStSector(new SectorNumber(sector), _shelf.CommR(sector)))]);
        return _verifier.Verify(PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1), inputs, proof.ProofBytes.Span);
    }

    private SimulatedMiner Submit(SimulatedMiner miner, SubmitWindowedPoStParams parameters, long height, Tip parent)
    {
        long open = height / Policy.WPoStChallengeWindow * Policy.WPoStChallengeWindow;
        ulong deadline = (ulong)(open % Policy.WPoStProvingPeriod / Policy.WPoStChallengeWindow);
        long challenge = open - Policy.WPoStChallengeLookback;
        if (parameters.Deadline != deadline)
            throw new InvalidOperationException($"deadline {parameters.Deadline} is not open at {height}");
        if (parameters.ChainCommitEpoch < challenge || parameters.ChainCommitEpoch >= height
            || !parameters.ChainCommitRand.Span.SequenceEqual(Randomness(parameters.ChainCommitEpoch.Value, parent, "commit").Span))
            throw new InvalidOperationException("commit randomness mismatched");
        var parts = miner.Deadlines[(int)deadline];
        var proven = new SortedSet<ulong>();
        foreach (PoStPartition posted in parameters.Partitions)
        {
            SimulatedPartition part = parts[(int)posted.Index];
            if (part.Posted)
            {
                Doubles++;
                throw new InvalidOperationException($"partition {posted.Index} is proven already");
            }

            Bitfield sectors = part.Expected.Except(posted.Skipped);
            proven.UnionWith(sectors.Bits());
            Bitfield faulty = part.Faulty.Except(part.Recovering).Union(posted.Skipped);
            parts = parts.SetItem((int)posted.Index, part with { Posted = true, Faulty = faulty, Recovering = Bitfield.Empty });
        }

        if (proven.Count == 0)
        {
            Invalid.Add("nothing proven");
            throw new InvalidOperationException("nothing proven");
        }

        ReadOnlyMemory<byte> randomness = Randomness(challenge, parent, $"window {Address.FromId(miner.Id)}");
        if (!Proves(parameters.Proofs[0], randomness, proven))
        {
            // On a chain that was reorganised across the challenge a proof can be overtaken between sending and landing.
            if (_forks == 0)
                Invalid.Add($"deadline {deadline} at {height}: the proof does not verify");
            throw new InvalidOperationException("the proof does not verify");
        }

        return miner with { Deadlines = miner.Deadlines.SetItem((int)deadline, parts) };
    }

    private SimulatedMiner Recover(SimulatedMiner miner, DeclareFaultsRecoveredParams parameters, long height)
    {
        foreach (RecoveryDeclaration recovery in parameters.Recoveries)
        {
            long current = height % Policy.WPoStProvingPeriod / Policy.WPoStChallengeWindow;
            long ahead = ((long)recovery.Deadline - current + Policy.WPoStPeriodDeadlines) % Policy.WPoStPeriodDeadlines;
            long open = (height / Policy.WPoStChallengeWindow * Policy.WPoStChallengeWindow) + (ahead * Policy.WPoStChallengeWindow);
            if (ahead == 0)
                open += Policy.WPoStProvingPeriod;
            if (height >= open - Policy.FaultDeclarationCutoff)
                throw new InvalidOperationException($"recovery of deadline {recovery.Deadline} at {height} is too late");
            var parts = miner.Deadlines[(int)recovery.Deadline];
            SimulatedPartition part = parts[(int)recovery.Partition];
            if (!part.Faulty.IsSupersetOf(recovery.Sectors))
                throw new InvalidOperationException("recovers sectors that are not faulty");
            parts = parts.SetItem((int)recovery.Partition, part with { Recovering = part.Recovering.Union(recovery.Sectors) });
            miner = miner with { Deadlines = miner.Deadlines.SetItem((int)recovery.Deadline, parts) };
        }

        return miner;
    }

    private static TipSetKey KeyOf(long height, int fork) => new([Cid.OfDagCbor(System.Text.Encoding.ASCII.GetBytes($"{height}/{fork}"))]);

    private sealed record Tip(
        long Height, TipSetKey Key, ImmutableDictionary<ulong, SimulatedMiner> Miners, ImmutableArray<SimulatedMessage> Messages,
        ImmutableDictionary<string, string?> Receipts)
    {
        public ChainPoint Point { get; } = new(Key, Height);

        public ImmutableArray<(ulong, long, ulong, ulong)> Missed { get; init; } = [];
    }
}
