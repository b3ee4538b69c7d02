using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Filecoin.Benchmarks.PoRep;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Native.Curves;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Labels;
using Filecoin.Proving.Mining;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Ticket = Filecoin.ChainCo.Chain.Ticket;

namespace Filecoin.Benchmarks.PoSt;

/// <summary>
/// A won epoch of a 2 KiB sector from the base's information to the block's template: election and ticket, vanilla proof, SNARK in the pool's winning slot,
/// verification. On an idle machine, and while this machine also makes one window PoSt after the other and encodes the layers of a sector.
/// </summary>
[CpuTime, SimpleJob(RunStrategy.Monitoring, warmupCount: 1, iterationCount: 5)]
public class WinningPoStBenchmarks
{
    private readonly PoRepConfig _porep = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1);
    private readonly PoStConfig _window = PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1);
    private readonly PoStConfig _winning = PoStConfig.For(RegisteredPoStProof.StackedDrgWinning2KiBV1);
    private readonly ParameterStore _parameters = new(new ParameterStoreOptions
    {
        Directory = Path.Combine(Path.GetTempPath(), "filecoin-benchmark-params"),
        AllowInsecure = true,
    });

    private readonly CancellationTokenSource _stop = new();
    private readonly BlsSecretKey _key = BlsSecretKey.Read([3, .. new byte[31]]);
    private readonly List<Task> _busy = [];
    private BenchmarkSector? _sector;
    private PoStWorkerPool? _pool;
    private BlockMaker? _maker;
    private long _epoch;

    [Params(false, true)]
    public bool Busy { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        DevelopmentParameters.Make(_parameters, _window);
        DevelopmentParameters.Make(_parameters, _winning);
        _sector = new BenchmarkSector(_porep);
        _pool = new PoStWorkerPool(
            new PoStVerifier(_parameters), new PoStWorkerPoolOptions { LocalWindow = LocalProving.Always, LocalWinning = LocalProving.Always });
        _busy.Add(_pool.RunLocalAsync(new PoStSnarks(new WindowPoStProver(_parameters), new WinningPoStProver(_parameters)), cancellationToken: _stop.Token));
        _maker = new BlockMaker(
            new WonChain(_key, _sector.Inputs.CommR), new LocalWorkerSigner([_key]), new SectorReader(new OneReplica(_sector.Files)), _pool,
            new WinningPoStOptions { Miners = [Address.FromId(1000)], EquivocationDelay = TimeSpan.Zero }, TimeProvider.System);
        if (!Busy)
            return;
        _busy.Add(Task.Run(ProveWindowsAsync));
        _busy.Add(Task.Factory.StartNew(Seal, TaskCreationOptions.LongRunning));
    }

    [Benchmark]
    public async Task<object> FromBaseInfoToBlock()
    {
        while (true)
        {
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            _epoch++;
            Draw draw = await _maker!.DrawAsync(
                Address.FromId(1000), new MiningBase(WonChain.Base(_epoch), _epoch + 1, now, now), _ => { }, CancellationToken.None);
            if (draw.Template is { } template)
                return template;
        }
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_busy).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pool?.Dispose();
        _sector?.Dispose();
        _key.Dispose();
    }

    private async Task ProveWindowsAsync()
    {
        for (ulong job = 1; !_stop.IsCancellationRequested; job++)
        {
            PoStRandomness randomness = PoStRandomness.FromChain(SHA256.HashData(BitConverter.GetBytes(job)));
            VanillaChallenge challenge = VanillaChallenge.Of(_window, new ProvenSector(new SectorId(1000, new(1)), _sector!.Inputs.CommR, false), randomness);
            SectorProof vanilla = SectorProver.Prove(SectorSize.KiB2, _sector.Files, challenge.Public, challenge.Nodes.AsSpan());
            await _pool!.ProveAsync(
                PoStJob.Create(_window, 1000, randomness, [vanilla], TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), "window"), _stop.Token);
        }
    }

    private void Seal()
    {
        PoRepConfig porep = PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1_1);
        var encoder = new SdrEncoder(porep, StackedGraph.Create(porep));
        while (!_stop.IsCancellationRequested)
        {
            DirectoryInfo cache = Directory.CreateTempSubdirectory("filecoin-benchmark-");
            encoder.Encode([new(_sector!.Inputs.ReplicaId, cache.FullName)]);
            cache.Delete(recursive: true);
        }
    }

    private sealed class OneReplica(ReplicaFiles files) : ISectorReplicas
    {
        private readonly StorageReads _reads = new();

        public IAsyncEnumerable<ISectorReplica> FindAsync(SectorId sector, SectorSize size, bool updated, CancellationToken cancellationToken = default) =>
            new ISectorReplica[] { new LocalSectorReplica(_reads, "storage", files) }.ToAsyncEnumerable();
    }

    /// <summary>A chain on which the miner has all the power and so wins nearly always; an epoch that it does not is passed over.</summary>
    private sealed class WonChain(BlsSecretKey key, Commitment commR) : IMiningChain
    {
        private static readonly Cid Empty = Cid.OfDagCbor([0x80]);
        private readonly Address _worker = WorkerOf(key);

        public static TipSet Base(long height) => TipSet.Create([new BlockHeader
        {
            Miner = Address.FromId(99), Height = height, Parents = [Empty], Ticket = new Ticket(new byte[96]), ElectionProof = new ElectionProof(1, new byte[96]),
            ParentWeight = TokenAmount.Zero, ParentStateRoot = Empty, ParentMessageReceipts = Empty, Messages = Empty, Timestamp = 0, ParentBaseFee = TokenAmount.Zero,
        }]);

        public Task<TipSet> HeadAsync(CancellationToken cancellationToken = default) => Task.FromResult(Base(0));

        public Task<TokenAmount> WeightAsync(TipSetKey key, CancellationToken cancellationToken = default) => Task.FromResult(TokenAmount.Zero);

        public Task<TipSet> TipSetAsync(TipSetKey key, CancellationToken cancellationToken = default) => Task.FromResult(Base(0));

        public Task BeaconAsync(ChainEpoch epoch, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task<MiningBaseInfo?> BaseInfoAsync(Address miner, ChainEpoch epoch, TipSetKey at, CancellationToken cancellationToken = default) =>
            Task.FromResult<MiningBaseInfo?>(new MiningBaseInfo
            {
                MinerPower = new TokenAmount(2048), NetworkPower = new TokenAmount(2048), EligibleForMining = true, WorkerKey = _worker, SectorSize = 2048,
                PrevBeaconEntry = new BeaconEntry(1, SHA256.HashData(BitConverter.GetBytes(epoch.Value))),
                Sectors = [new ExtendedSectorInfo((long)RegisteredSealProof.StackedDrg2KiBV1_1, 1, Cid.FromSealedCommitment(commR.Span))],
            });

        public Task<IReadOnlyList<SignedMessage>> SelectMessagesAsync(TipSetKey at, double ticketQuality, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<SignedMessage>>([]);

        public Task<BlockMessage> CreateBlockAsync(BlockTemplate template, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task SubmitBlockAsync(BlockMessage block, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        private static Address WorkerOf(BlsSecretKey key)
        {
            var publicKey = new byte[BlsSignatures.PublicKeySize];
            key.PublicKey().WriteCompressed(publicKey);
            return Address.FromBlsPublicKey(publicKey);
        }
    }
}
