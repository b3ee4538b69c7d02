using System.Security.Cryptography;
using System.Text;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tests.Pipeline;

/// <summary>
/// A chain in memory with the rules that sealing meets: numbers in order, precommits with a delay and an end, sectors by a proof of the ticket and the
/// seed that it drew itself, a pool that wants a higher premium for a replacement. It forks, forgets and goes away on request. A tipset's state is what
/// its parents' messages made.
/// </summary>
internal sealed class TestChain : ISealingChain, IMessageChain
{
    public const ulong MinerId = 1000;

    private readonly Lock _gate = new();
    private readonly List<Block> _chain = [];
    private readonly Dictionary<TipSetKey, Block> _known = [];
    private readonly SortedDictionary<(string From, ulong Nonce), SignedMessage> _pool = [];
    private int _salt;

    public TestChain(NetworkPolicy policy)
    {
        Policy = policy;
        for (int i = 0; i < 12; i++)
            Mine();
    }

    public NetworkPolicy Policy { get; }

    public Address Miner { get; } = Address.FromId(MinerId);

    /// <summary>The worker, by number and by key.</summary>
    public Address Worker { get; } = Address.FromId(101);

    public Address WorkerKey { get; } = Address.FromSecp256k1PublicKey(new byte[65]);

    /// <summary>Answers calls with an exception when it returns one.</summary>
    public Func<string, Exception?> Fault { get; set; } = _ => null;

    /// <summary>The exit code of a message that would succeed.</summary>
    public Func<Message, long> Exit { get; set; } = _ => 0;

    /// <summary>Whether a proof, or an aggregate, is one of these sectors in this order.</summary>
    public Func<IReadOnlyList<SealVerifyInfo>, ReadOnlyMemory<byte>, bool> IsProof { get; set; } = (sectors, proof) => proof.Span.SequenceEqual(Digest(sectors));

    /// <summary>Whether a push is lost after it was taken.</summary>
    public bool LosesPushes { get; set; }

    public long Premium { get; set; } = 100_000;

    /// <summary>Messages of other programs take this many numbers in the next block.</summary>
    public int ForeignMessages { get; set; }

    public long Height => _chain[^1].TipSet.Height.Value;

    /// <summary>Epochs that the node shows less than there are.</summary>
    public int Lag { get; set; }

    private Block Head => _chain[Math.Max(0, _chain.Count - 1 - Lag)];

    public IReadOnlyCollection<SignedMessage> Pool
    {
        get
        {
            lock (_gate)
                return [.. _pool.Values];
        }
    }

    /// <summary>Messages on the present chain.</summary>
    public IReadOnlyList<(Message Message, long ExitCode, long Height)> Executed
    {
        get
        {
            lock (_gate)
                return [.. _chain.SelectMany(block => block.Messages.Select(m => (m.Signed.Message, m.ExitCode, block.TipSet.Height.Value)))];
        }
    }

    /// <summary>What stands for a proof here: a digest of all that a SNARK would bind.</summary>
    public static byte[] Digest(IReadOnlyList<SealVerifyInfo> sectors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SealVerifyInfo sector in sectors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{sector.Number} {sector.Ticket} {sector.Seed} {sector.CommD} {sector.CommR}"));
            hash.AppendData(sector.Prover.Span);
        }

        byte[] proof = new byte[192];
        hash.GetHashAndReset(proof);
        return proof;
    }

    /// <summary>Makes blocks with what the pool has.</summary>
    public void Mine(int epochs = 1, bool withMessages = true)
    {
        lock (_gate)
        {
            for (int i = 0; i < epochs; i++)
                MineOne(withMessages);
        }
    }

    /// <summary>Takes tipsets off the chain and puts empty ones in their place, one more; the messages go back into the pool or are forgotten.</summary>
    public void Reorganise(int depth, bool forget = false)
    {
        lock (_gate)
        {
            Block[] gone = [.. _chain.TakeLast(Math.Min(depth, _chain.Count - 1))];
            _chain.RemoveRange(_chain.Count - gone.Length, gone.Length);
            _salt++;
            foreach (Landed message in gone.SelectMany(block => block.Messages))
            {
                if (!forget && !message.Foreign)
                    _pool[(message.Signed.Message.From.ToString(), message.Signed.Message.Nonce)] = message.Signed;
            }

            for (int i = 0; i <= gone.Length; i++)
                MineOne(withMessages: false);
        }
    }

    public void ForgetPool()
    {
        lock (_gate)
            _pool.Clear();
    }

    public Task<TipSet> HeadAsync(CancellationToken cancellationToken) => Answer("head", () => Head.TipSet);

    public Task<TipSet> TipSetAtAsync(ChainEpoch epoch, TipSetKey from, CancellationToken cancellationToken) =>
        Answer("tipset", () => Ancestors(from).First(block => block.TipSet.Height <= epoch).TipSet);

    public Task<MinerInfo> MinerInfoAsync(Address miner, TipSetKey key, CancellationToken cancellationToken) => Answer("info", () => new MinerInfo
    {
        Owner = Worker,
        Worker = Worker,
        WindowPoStProofType = 5,
        SectorSize = 2048,
        WindowPoStPartitionSectors = 2,
    });

    public Task<Bitfield> AllocatedAsync(Address miner, TipSetKey key, CancellationToken cancellationToken) =>
        Answer("allocated", () => Bitfield.Of(State(key).Allocated.Concat(AllocatedElsewhere)));

    /// <summary>Numbers that another program precommitted.</summary>
    public List<ulong> AllocatedElsewhere { get; } = [];

    public Task<ReadOnlyMemory<byte>> TicketRandomnessAsync(long tag, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken) =>
        Answer("ticket", () => Randomness(tag, epoch, key));

    public Task<ReadOnlyMemory<byte>> BeaconRandomnessAsync(long tag, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken) =>
        Answer("beacon", () => Randomness(tag, epoch, key));

    public Task<SectorPreCommitOnChainInfo?> PreCommitAsync(Address miner, ulong number, TipSetKey key, CancellationToken cancellationToken) =>
        Answer("precommit", () => State(key).PreCommits.GetValueOrDefault(number));

    public Task<SectorOnChainInfo?> SectorAsync(Address miner, ulong number, TipSetKey key, CancellationToken cancellationToken) =>
        Answer("sector", () => State(key).Sectors.GetValueOrDefault(number));

    public Task<TokenAmount> PreCommitDepositAsync(Address miner, SectorPreCommitInfo sector, TipSetKey key, CancellationToken cancellationToken) =>
        Answer("deposit", () => TokenAmount.FromNano(10));

    public Task<TokenAmount> InitialPledgeAsync(long lifetime, ulong sectorSize, ulong verifiedSize, TipSetKey key, CancellationToken cancellationToken) =>
        Answer("pledge", () => TokenAmount.FromNano(20));

    public Task<TokenAmount> AvailableBalanceAsync(Address miner, TipSetKey key, CancellationToken cancellationToken) => Answer("available", () => TokenAmount.Zero);

    public Task<TokenAmount> AccountBalanceAsync(Address account, TipSetKey key, CancellationToken cancellationToken) => Answer("balance", () => Balance);

    public TokenAmount Balance { get; set; } = TokenAmount.FromFil(100);

    public Task<Address> KeyAddressAsync(Address account, CancellationToken cancellationToken) => Answer("key", () => WorkerKey);

    public Task<ulong> NextNonceAsync(Address account, CancellationToken cancellationToken) => Answer("nonce", () =>
    {
        ulong next = NonceAfter(Head, account);
        while (_pool.ContainsKey((account.ToString(), next)))
            next++;
        return next;
    });

    public Task<ulong?> StateNonceAsync(Address account, TipSetKey key, CancellationToken cancellationToken) =>
        Answer("state nonce", () => (ulong?)StateNonce(Find(key), account));

    public Task<Message> EstimateAsync(Message message, TokenAmount maxFee, CancellationToken cancellationToken) => Answer("estimate", () => message with
    {
        GasLimit = message.GasLimit == 0 ? 1_000_000 : message.GasLimit,
        GasFeeCap = new TokenAmount(Premium * 10),
        GasPremium = new TokenAmount(Premium),
    });

    public Task<Cid> PushAsync(SignedMessage message, CancellationToken cancellationToken) => Answer("push", () =>
    {
        if (message.Message.Nonce < NonceAfter(Head, message.Message.From))
            throw new RpcErrorException("Filecoin.MpoolPush", 1, "message nonce too low");
        var key = (message.Message.From.ToString(), message.Message.Nonce);
        if (_pool.TryGetValue(key, out SignedMessage? old))
        {
            if (old.Cid == message.Cid)
                throw new RpcErrorException("Filecoin.MpoolPush", 1, "already in mpool");
            if (message.Message.GasPremium.Atto < (old.Message.GasPremium.Atto * 110 / 100) + 1)
                throw new RpcErrorException("Filecoin.MpoolPush", 1, "increase GasPremium to trigger replace by fee");
        }

        if (!LosesPushes)
            _pool[key] = message;
        return message.Cid;
    });

    public Task<MsgLookup?> FindAsync(TipSetKey from, Cid message, long lookback, CancellationToken cancellationToken) => Answer("find", () =>
    {
        Block head = Find(from);
        Block? child = null;
        foreach (Block block in Ancestors(from).TakeWhile(block => head.TipSet.Height - block.TipSet.Height <= lookback))
        {
            if (block.Messages.FirstOrDefault(m => m.Signed.Cid == message) is { } found && child is not null)
                return new MsgLookup(message, new MessageReceipt(found.ExitCode, default, 1000), child.TipSet.Key, child.TipSet.Height);
            child = block;
        }

        return null;
    });

    /// <summary>The worker's key, which signs nothing in truth.</summary>
    internal sealed class Signer : IMessageSigner
    {
        public Task<bool> HoldsAsync(Address account, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<SignedMessage> SignAsync(Message message, CancellationToken cancellationToken) =>
            Task.FromResult(new SignedMessage(message, new Signature(SignatureType.Secp256k1, new byte[65])));
    }

    private void MineOne(bool withMessages)
    {
        Block? parent = _chain.Count == 0 ? null : _chain[^1];
        long height = parent is null ? 0 : parent.TipSet.Height.Value + 1;
        var block = new Block(this, NewTipSet(parent?.TipSet, height), parent, _salt);
        if (withMessages && parent is not null)
        {
            WorldState state = block.State().Copy();
            foreach (string from in _pool.Keys.Select(key => key.From).Distinct().ToArray())
            {
                ulong nonce = StateNonce(block, Address.Parse(from));
                for (; ForeignMessages > 0; ForeignMessages--, nonce++)
                    block.Messages.Add(new Landed(Foreign(Address.Parse(from), nonce), 0, true));
                while (_pool.Remove((from, nonce), out SignedMessage? next))
                {
                    long exit = Exit(next.Message);
                    if (exit == 0)
                        exit = Apply(state, next.Message, block);
                    block.Messages.Add(new Landed(next, exit, false));
                    nonce++;
                }

                foreach (var stale in _pool.Keys.Where(key => key.From == from && key.Nonce < nonce).ToArray())
                    _pool.Remove(stale);
            }
        }

        StateNonce(block, WorkerKey);
        _chain.Add(block);
        _known[block.TipSet.Key] = block;
    }

    private static SignedMessage Foreign(Address from, ulong nonce) => new(
        new Message { From = from, To = from, Nonce = nonce, Params = new byte[] { 1 } }, new Signature(SignatureType.Secp256k1, new byte[65]));

    private Task<T> Answer<T>(string call, Func<T> answer)
    {
        lock (_gate)
        {
            return Fault(call) is { } fault ? Task.FromException<T>(fault) : Catch(answer);
        }
    }

    private static Task<T> Catch<T>(Func<T> answer)
    {
        try
        {
            return Task.FromResult(answer());
        }
        catch (RpcErrorException e)
        {
            return Task.FromException<T>(e);
        }
    }

    private ReadOnlyMemory<byte> Randomness(long tag, ChainEpoch epoch, TipSetKey key) => Find(key).Randomness(tag, epoch);

    private WorldState State(TipSetKey key) => Find(key).State();

    private static ulong StateNonce(Block block, Address account)
    {
        if (block.Nonces.TryGetValue(account, out ulong known))
            return known;
        ulong nonce = block.Parent is { } parent ? StateNonce(parent, account) + (ulong)parent.Messages.Count(m => m.Signed.Message.From == account) : 0;
        return block.Nonces[account] = nonce;
    }

    private static ulong NonceAfter(Block block, Address account) => StateNonce(block, account) + (ulong)block.Messages.Count(m => m.Signed.Message.From == account);

    private Block Find(TipSetKey key) => key.IsEmpty ? Head : _known[key];

    private IEnumerable<Block> Ancestors(TipSetKey from)
    {
        for (Block? at = Find(from); at is not null; at = at.Parent)
            yield return at;
    }

    private TipSet NewTipSet(TipSet? parent, long height)
    {
        byte[] noise = SHA256.HashData(Encoding.UTF8.GetBytes($"{height} {_salt}"));
        return TipSet.Create([new BlockHeader
        {
            Miner = Miner,
            Ticket = new ChainCo.Chain.Ticket(noise),
            ElectionProof = new ElectionProof(1, noise),
            Parents = parent?.Key.Cids ?? [],
            ParentWeight = new TokenAmount(height),
            Height = height,
            ParentStateRoot = Cid.OfDagCbor(noise),
            ParentMessageReceipts = Cid.OfDagCbor(noise),
            Messages = Cid.OfDagCbor(noise),
            Timestamp = (ulong)height,
            ParentBaseFee = new TokenAmount(100),
        }]);
    }

    /// <returns>The exit code: 16 for what the miner actor refuses.</returns>
    private long Apply(WorldState state, Message message, Block block)
    {
        const long Refused = 16;
        long height = block.TipSet.Height.Value;
        if (message.Method == MinerMethods.PreCommitSectorBatch2)
        {
            IReadOnlyList<SectorPreCommitInfo> sectors = DagCbor.Decode<PreCommitSectorBatch2Params>(message.Params.Span).Sectors;
            if (sectors.Any(s => state.Allocated.Contains(s.SectorNumber) || height - s.SealRandEpoch.Value > Policy.MaxPreCommitRandomnessLookback))
                return Refused;
            foreach (SectorPreCommitInfo sector in sectors)
            {
                state.Allocated.Add(sector.SectorNumber);
                state.PreCommits.Add(sector.SectorNumber, new(sector, TokenAmount.FromNano(10), height));
            }
        }
        else if (message.Method == MinerMethods.ProveCommitSectors3)
        {
            ProveCommitSectors3Params parameters = DagCbor.Decode<ProveCommitSectors3Params>(message.Params.Span);
            var proven = new List<SectorPreCommitOnChainInfo>();
            foreach (SectorActivationManifest sector in parameters.SectorActivations)
            {
                // One that is not precommitted, or too early, takes all with it.
                if (!state.PreCommits.TryGetValue(sector.SectorNumber, out SectorPreCommitOnChainInfo? found) || height <= found.PreCommitEpoch.Value + Policy.PreCommitChallengeDelay)
                    return Refused;
                proven.Add(found);
            }

            SealVerifyInfo[] infos = [.. proven.Select(found => Statement(found, block))];
            if (!parameters.AggregateProof.IsEmpty && !IsProof(infos, parameters.AggregateProof))
                return Refused;
            if (parameters.AggregateProof.IsEmpty)
                proven = [.. proven.Where((_, i) => IsProof([infos[i]], parameters.SectorProofs[i]))];
            if (proven.Count == 0 || (parameters.RequireActivationSuccess && proven.Count < infos.Length))
                return Refused;
            foreach (SectorPreCommitOnChainInfo found in proven)
            {
                state.PreCommits.Remove(found.Info.SectorNumber);
                state.Sectors.Add(found.Info.SectorNumber, new SectorOnChainInfo
                {
                    SectorNumber = found.Info.SectorNumber,
                    SealProof = found.Info.SealProof,
                    SealedCID = found.Info.SealedCID,
                    Activation = height,
                    Expiration = found.Info.Expiration,
                });
            }
        }

        return 0;
    }

    /// <summary>What a proof of a precommitted sector must prove, with the randomness of the chain that a block stands on.</summary>
    private SealVerifyInfo Statement(SectorPreCommitOnChainInfo found, Block block)
    {
        SectorPreCommitInfo info = found.Info;
        Commitment commD = info.UnsealedCid is { } declared && declared.TryGetPieceCommitment(out ReadOnlySpan<byte> unsealed)
            ? Commitment.FromBytes(unsealed)
            : DataCommitment.Compute(PoRepConfig.For((RegisteredSealProof)info.SealProof).SectorSize, []);
        Assert.True(info.SealedCID.TryGetSealedCommitment(out ReadOnlySpan<byte> commR));
        return new SealVerifyInfo(
            ProverId.FromActorId(MinerId), new SectorNumber(info.SectorNumber), Proving.Sectors.Ticket.FromBytes(block.Randomness(SealRandomness.TicketTag, info.SealRandEpoch)),
            Seed.FromBytes(block.Randomness(SealRandomness.SeedTag, found.PreCommitEpoch + Policy.PreCommitChallengeDelay)), commD, Commitment.FromBytes(commR));
    }

    private sealed record Landed(SignedMessage Signed, long ExitCode, bool Foreign);

    private sealed class Block(TestChain chain, TipSet tipset, Block? parent, int salt)
    {
        private WorldState? _state;

        public TipSet TipSet => tipset;

        public Block? Parent => parent;

        public List<Landed> Messages { get; } = [];

        /// <summary>Numbers of accounts in the block's state: what was before its own messages, so they never change.</summary>
        public Dictionary<Address, ulong> Nonces { get; } = [];

        /// <summary>What the chain up to this block draws for an epoch.</summary>
        public byte[] Randomness(long tag, ChainEpoch epoch)
        {
            Block at = this;
            while (at.TipSet.Height > epoch)
                at = at.Parent!;
            return SHA256.HashData(Encoding.UTF8.GetBytes($"{tag} {epoch} {at.Salt}"));
        }

        /// <summary>What the messages of the blocks before made.</summary>
        public WorldState State()
        {
            if (_state is not null)
                return _state;
            WorldState state = parent is null ? new WorldState() : parent.State().Copy();
            foreach (Landed message in parent?.Messages ?? [])
            {
                if (message is { ExitCode: 0, Foreign: false })
                    chain.Apply(state, message.Signed.Message, parent!);
            }

            foreach (ulong expired in state.PreCommits.Where(p => tipset.Height.Value > p.Value.PreCommitEpoch.Value + chain.Policy.MaxProveCommitDuration(p.Value.Info.SealProof)).Select(p => p.Key).ToArray())
                state.PreCommits.Remove(expired);
            return _state = state;
        }

        private int Salt => salt;
    }

    private sealed class WorldState
    {
        public Dictionary<ulong, SectorPreCommitOnChainInfo> PreCommits { get; private init; } = [];

        public Dictionary<ulong, SectorOnChainInfo> Sectors { get; private init; } = [];

        public HashSet<ulong> Allocated { get; private init; } = [];

        public WorldState Copy() => new() { PreCommits = new(PreCommits), Sectors = new(Sectors), Allocated = [.. Allocated] };
    }
}
