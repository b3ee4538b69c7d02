using System.Security.Cryptography;
using System.Text;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Mining;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Tests.Scheduling;

namespace Filecoin.Proving.Tests.Mining;

/// <summary>
/// A chain as a miner sees it: others make its tipsets when a test says so, and what the miner publishes is kept. The miner's power is all of the network's,
/// so that it wins nearly every epoch, or none.
/// </summary>
internal sealed class SimulatedMiningChain(VirtualTime time, TimeSpan epoch, ReplicaShelf shelf, Address workerKey) : IMiningChain
{
    private readonly Lock _lock = new();
    private readonly ulong _genesis = (ulong)time.GetUtcNow().ToUnixTimeSeconds();
    private readonly List<BlockMessage> _submitted = [];
    private TipSet _head = TipSet.Create([TestBlocks.Block(Address.FromId(99), 0, null, (ulong)time.GetUtcNow().ToUnixTimeSeconds())]);

    /// <summary>Throws what a broken daemon would.</summary>
    public Func<string, Exception?> Fault { get; set; } = _ => null;

    public bool HasPower { get; set; } = true;

    /// <summary>Makes the messages of a block differ from those that another hub selects.</summary>
    public Func<Cid> Messages { get; set; } = () => Cid.OfDagCbor([0x80]);

    public TipSet Head
    {
        get
        {
            lock (_lock)
                return _head;
        }

        set
        {
            lock (_lock)
            {
                _head = value;
                Weights.TryAdd(value.Key, value.Height.Value);
            }
        }
    }

    /// <summary>Weights of tipsets: their height, unless a test says otherwise.</summary>
    public Dictionary<TipSetKey, long> Weights { get; } = [];

    public IReadOnlyList<BlockMessage> Submitted
    {
        get
        {
            lock (_lock)
                return [.. _submitted];
        }
    }

    public long EpochNow => (time.GetUtcNow().ToUnixTimeSeconds() - (long)_genesis) / (long)epoch.TotalSeconds;

    public ulong TimestampOf(long height) => _genesis + (ulong)(height * (long)epoch.TotalSeconds);

    /// <summary>Others publish blocks on the head, at an epoch; with what the miner published there they are the new head.</summary>
    public TipSet Others(long height, params ulong[] miners)
    {
        IEnumerable<BlockHeader> own = Submitted.Select(block => block.Header).Where(block => block.Height == height && block.Parents.SequenceEqual(Head.Key.Cids));
        return Head = TipSet.Create(miners.Select(miner => TestBlocks.Block(Address.FromId(miner), height, Head, TimestampOf(height))).Concat(own));
    }

    public static BeaconEntry BeaconOf(ChainEpoch epoch) => new((ulong)epoch.Value, SHA256.HashData(Encoding.UTF8.GetBytes($"beacon {epoch}")));

    public Task<TipSet> HeadAsync(CancellationToken cancellationToken = default) => Answer("head", () => Head);

    public Task<TokenAmount> WeightAsync(TipSetKey key, CancellationToken cancellationToken = default) => Answer(
        "weight", () => new TokenAmount(Weights.GetValueOrDefault(key)));

    public Task<TipSet> TipSetAsync(TipSetKey key, CancellationToken cancellationToken = default) => Answer("tipset", () => Head);

    public Task BeaconAsync(ChainEpoch at, CancellationToken cancellationToken = default) => Answer("beacon", () => true);

    public Task<MiningBaseInfo?> BaseInfoAsync(Address miner, ChainEpoch at, TipSetKey key, CancellationToken cancellationToken = default) => Answer<MiningBaseInfo?>(
        "base info",
        () => new MiningBaseInfo
        {
            MinerPower = new TokenAmount(2048), NetworkPower = new TokenAmount(2048), EligibleForMining = HasPower, WorkerKey = workerKey,
            PrevBeaconEntry = BeaconOf(at - 1), BeaconEntries = [BeaconOf(at)], SectorSize = 2048,
            Sectors = [new ExtendedSectorInfo((long)RegisteredSealProof.StackedDrg2KiBV1_1, 1, Cid.FromSealedCommitment(shelf.CommR(1).Span))],
        });

    public Task<IReadOnlyList<SignedMessage>> SelectMessagesAsync(TipSetKey at, double ticketQuality, CancellationToken cancellationToken = default) =>
        Answer("select", () => ticketQuality is >= 0 and <= 1 ? (IReadOnlyList<SignedMessage>)[] : throw new InvalidOperationException($"quality {ticketQuality}"));

    public Task<BlockMessage> CreateBlockAsync(BlockTemplate template, CancellationToken cancellationToken = default) => Answer("create", () => new BlockMessage(
        TestBlocks.Block(template.Miner, template.Epoch.Value, null, template.Timestamp) with
        {
            Parents = template.Parents.Cids, Ticket = template.Ticket, ElectionProof = template.Eproof, BeaconEntries = template.BeaconValues,
            WinPoStProof = template.WinningPoStProof, Messages = Messages(),
        },
        [], []));

    public Task SubmitBlockAsync(BlockMessage block, CancellationToken cancellationToken = default) => Answer("submit", () =>
    {
        lock (_lock)
            _submitted.Add(block);
        return true;
    });

    private Task<T> Answer<T>(string what, Func<T> answer) => Fault(what) is { } fault ? Task.FromException<T>(fault) : Task.FromResult(answer());
}
