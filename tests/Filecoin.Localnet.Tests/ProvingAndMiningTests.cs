using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.EndToEnd.Tests;
using Filecoin.Proving.Database;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Mining;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Tests.Scheduling;
using Filecoin.Samples.Localnet;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Localnet.Tests;

/// <summary>The proving cycle and mining of the library against a node of the local chain, with real SNARKs; the clock moves when everybody has done his part.</summary>
public sealed class ProvingAndMiningTests : IAsyncDisposable
{
    private static readonly NetworkPolicy Policy = NetworkPolicy.Development(TimeSpan.FromSeconds(30), deadlines: 4, challengeWindow: 6, preCommitChallengeDelay: 4);
    private static readonly PoRepConfig PoRep = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly WorkDirectory _work = new();
    private readonly VirtualTime _time = new();
    private readonly ParameterStore _parameters = new(new ParameterStoreOptions { Directory = TestParameters.Directory, AllowInsecure = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly DateTimeOffset _genesis;
    private LocalnetNode _node = null!;
    private IRpcTransport _transport = null!;
    private WindowPoStScheduler? _cycle;
    private WinningPoStMiner? _mining;
    private PoStWorkerPool? _pool;

    public ProvingAndMiningTests() => _genesis = _time.GetUtcNow();

    private StateApi State => new(_transport);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _mining?.Dispose();
        _cycle?.Dispose();
        _pool?.Dispose();
        await _transport.DisposeAsync();
        await _node.DisposeAsync();
        _stop.Dispose();
        _work.Dispose();
    }

    [NativeFact]
    public async Task A_provider_proves_its_windows_and_the_blocks_that_it_wins_are_taken()
    {
        _node = await LocalnetNode.StartAsync(
            new LocalnetOptions { Policy = Policy, GenesisTime = _genesis, ParameterDirectory = TestParameters.Directory, VerifyEveryWindowPoSt = true }, _time);
        _transport = _node.Connect();
        await EpochsAsync(40);
        Address worker = _node.Accounts[0], miner = await CreateMinerAsync(worker);
        await SealAsync(worker, miner, new SectorNumber(1));

        // The cycle finds the sector's deadline by itself and proves it; the power shows after its first window.
        await using SqlDatabase database = SqlDatabase.Open(Path.Combine(_work.Path, "hub.db"));
        Start(database, worker, miner);
        for (int epoch = 0; epoch < Policy.WPoStProvingPeriod && (await PowerAsync(miner)).Atto.IsZero; epoch++)
            await EpochsAsync(1);
        Assert.Equal(2048, (long)(await PowerAsync(miner)).Atto);

        // Elections are held by the state of a finality ago.
        await EpochsAsync((int)Policy.ChainFinality + 1);
        _running.Add(_mining!.RunAsync(_stop.Token));
        long since = _node.Head.Height.Value;
        for (int epoch = 0; epoch < 8; epoch++)
        {
            // An epoch that the miner does not win has no block of others either now and then.
            await MineEpochAsync(others: epoch % 4 != 3);
        }

        BlockHeader[] own = [.. (await BlocksAsync(since)).Where(block => block.Miner == miner)];
        MiningTally tally = Assert.Single(_mining.State.Tallies);
        Assert.True(own.Length >= 5, $"{own.Length} blocks; {string.Join(", ", _mining.State.Rounds.Select(round => $"{round.Epoch} {round.Outcome} {round.Error}"))}");
        Assert.Equal((own.Length, 0L), ((int)tally.Published, tally.Lost));
        Assert.Equal(own.Length, own.Select(block => block.Height).Distinct().Count());
        Assert.True((await State.StateMinerFaultsAsync(miner, TipSetKey.Empty)).IsEmpty);
    }

    private async Task<Address> CreateMinerAsync(Address worker)
    {
        MsgLookup made = await SendAsync(worker, Address.FromId(4), PowerMethods.CreateMiner, DagCbor.Encode(
            new CreateMinerParams(worker, worker, (long)RegisteredPoStProof.StackedDrgWindow2KiBV1_1, ReadOnlyMemory<byte>.Empty, [])));
        return DagCbor.Decode<CreateMinerReturn>(made.Receipt.Return.Span).IdAddress;
    }

    private async Task SealAsync(Address worker, Address miner, SectorNumber number)
    {
        byte[] entropy = ChainRandomness.EntropyOf(miner);
        var id = new SectorId(miner.TryGetId(out ulong actor) ? actor : 0, number);
        SectorPaths paths = SectorPaths.Under(_work.Path, id, hasData: false);
        foreach (string path in new[] { paths.Sealed, paths.Cache })
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        long ticketEpoch = _node.Head.Height.Value - 5;
        var job = new SealJob
        {
            Config = PoRep, Prover = ProverId.FromActorId(id.Miner), Sector = number, Pieces = [], Paths = paths,
            Ticket = Proving.Sectors.Ticket.FromBytes((await State.StateGetRandomnessFromTicketsAsync(ChainRandomness.SealTag, ticketEpoch, entropy, TipSetKey.Empty)).Span),
        };
        PreCommitOutput output = new SectorSealer(new SealContext { Parents = StackedGraph.Create(PoRep), Degree = 1 }).Seal([job])[0];
        MsgLookup precommit = await SendAsync(worker, miner, MinerMethods.PreCommitSectorBatch2, DagCbor.Encode(new PreCommitSectorBatch2Params(
        [
            new SectorPreCommitInfo(
                (long)RegisteredSealProof.StackedDrg2KiBV1_1, number.Value, Cid.FromSealedCommitment(output.CommR.Span), ticketEpoch, [],
                _node.Head.Height + Policy.MaxProveCommitDuration(5)!.Value + Policy.MinSectorExpiration + 200, null),
        ])));
        SectorPreCommitOnChainInfo onChain = (await State.StateSectorPreCommitInfoAsync(miner, number.Value, TipSetKey.Empty))!;
        Assert.Equal(0, precommit.Receipt.ExitCode);
        ChainEpoch seedEpoch = onChain.PreCommitEpoch + Policy.PreCommitChallengeDelay;
        await EpochsAsync((int)(seedEpoch - _node.Head.Height) + 1);
        Seed seed = Seed.FromBytes((await State.StateGetRandomnessFromBeaconAsync(ChainRandomness.InteractiveSealTag, seedEpoch, entropy, TipSetKey.Empty)).Span);
        var inputs = new PoRepPublicInputs(job.ReplicaId, output.CommD, output.CommR, seed);
        SealCommitPhase1Output phase1 = SealCommitPhase1.Prove(PoRep, new ReplicaFiles(paths.Cache, paths.Sealed), inputs, job.Ticket, 1);
        byte[] proof = new SealCommitProver(_parameters).Prove(PoRep, phase1, job.Prover, number);
        await SendAsync(worker, miner, MinerMethods.ProveCommitSectors3, DagCbor.Encode(new ProveCommitSectors3Params(
            [new SectorActivationManifest(number.Value, [])], [proof], ReadOnlyMemory<byte>.Empty, null, true, false)));
    }

    private void Start(SqlDatabase database, Address worker, Address miner)
    {
        var verifier = new PoStVerifier(_parameters);
        var snarks = new PoStSnarks(new WindowPoStProver(_parameters), new WinningPoStProver(_parameters));
        _pool = new PoStWorkerPool(verifier, new PoStWorkerPoolOptions { LocalWindow = LocalProving.Always, LocalWinning = LocalProving.Always }, _time);
        var reader = new SectorReader(new OnePath(_work.Path), time: _time);
        _cycle = new WindowPoStScheduler(
            new ProvingChain(new ChainHeadApi(_transport), State), new NodeMessages(_transport, worker), reader, _pool, verifier, database,
            new WindowPoStOptions { Miners = [miner], Policy = Policy, SubmitConfidence = 1, BatchWait = 0, CheckLead = 2, DeclareMargin = 1 }, _time);
        _mining = new WinningPoStMiner(
            new MiningChain(new ChainHeadApi(_transport), new MiningApi(_transport)), new WalletWorkerSigner(new WalletApi(_transport)), reader, _pool,
            new SlashFilter(database), new WinningPoStOptions { Miners = [miner], EpochDuration = Policy.EpochDuration }, _time);
        _running.Add(_pool.RunLocalAsync(snarks, cancellationToken: _stop.Token));
        _running.Add(_cycle.RunAsync(_stop.Token));
    }

    // Epochs in which others make the blocks.
    private async Task EpochsAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            MoveTo(_node.Head.Height + 1);
            await _node.MineAsync();
            await SettledAsync();
        }
    }

    private async Task MineEpochAsync(bool others)
    {
        ChainEpoch epoch = (_mining!.State.Rounds is [.., var last] ? last.Epoch : _node.Head.Height) + 1;
        MoveTo(epoch);
        using var patience = new CancellationTokenSource(Patience);
        while (!_mining.State.Rounds.Any(round => round.Epoch >= epoch))
        {
            // The clock stands while a SNARK is made, and moves for who waits for it.
            await Task.Delay(5, patience.Token);
            if (_pool!.State.Jobs.Count == 0)
                _time.Advance(TimeSpan.FromMilliseconds(50));
        }

        if (others && _node.Head.Height < epoch)
            await _node.MineAsync(nullRounds: (int)(epoch - _node.Head.Height) - 1);
        await SettledAsync();
    }

    private void MoveTo(ChainEpoch epoch)
    {
        TimeSpan left = _genesis + (Policy.EpochDuration * epoch.Value) - _time.GetUtcNow();
        if (left > TimeSpan.Zero)
            _time.Advance(left, 30);
    }

    private async Task SettledAsync()
    {
        if (_cycle is null)
            return;
        using var patience = new CancellationTokenSource(Patience);
        while (!(_cycle.State.Head?.Key.Equals(_node.Head.Key) == true && !_cycle.State.Checks.Any(check => check.IsLooking)
            && !_cycle.State.Partitions.Any(partition => partition.Phase is PartitionPhase.Reading or PartitionPhase.Proving && partition.EpochsLeft > 0)))
            await Task.Delay(5, patience.Token);
    }

    private async Task<TokenAmount> PowerAsync(Address miner) => (await State.StateMinerPowerAsync(miner, TipSetKey.Empty)).MinerPower.RawBytePower;

    private async Task<MsgLookup> SendAsync(Address from, Address to, ulong method, byte[] parameters)
    {
        SignedMessage sent = await new MpoolApi(_transport).MpoolPushMessageAsync(
            new Message { From = from, To = to, Method = method, Params = parameters, Value = TokenAmount.FromFil(10) }, new MessageSendSpec(default, Guid.NewGuid(), false));
        for (int i = 0; i < 10; i++)
        {
            await EpochsAsync(1);
            if (await State.StateSearchMsgAsync(TipSetKey.Empty, sent.Cid, -1, true) is not { } found)
                continue;
            Assert.Equal(0, found.Receipt.ExitCode);
            return found;
        }

        throw new InvalidOperationException($"method {method} did not land");
    }

    private async Task<List<BlockHeader>> BlocksAsync(long since)
    {
        var blocks = new List<BlockHeader>();
        for (TipSet at = _node.Head; at.Height > since; at = await new ChainHeadApi(_transport).ChainGetTipSetAsync(at.Parents))
            blocks.AddRange(at.Blocks);
        return blocks;
    }

    /// <summary>All sectors are in one path of this machine.</summary>
    private sealed class OnePath(string path) : ISectorReplicas
    {
        private readonly StorageReads _reads = new();

        public IAsyncEnumerable<ISectorReplica> FindAsync(SectorId sector, SectorSize size, bool updated, CancellationToken cancellationToken = default)
        {
            var files = new ReplicaFiles(StorageLayout.PathOf(path, SectorFileType.Cache, sector), StorageLayout.PathOf(path, SectorFileType.Sealed, sector));
            return new ISectorReplica[] { new LocalSectorReplica(_reads, path, files) }.ToAsyncEnumerable();
        }
    }

    /// <summary>Messages by the node's own wallet and pool.</summary>
    private sealed class NodeMessages(IRpcTransport transport, Address worker) : IPoStMessages
    {
        private readonly Dictionary<string, Cid> _sent = new(StringComparer.Ordinal);

        public async Task SendAsync(PoStMessage message, CancellationToken cancellationToken = default)
        {
            if (_sent.ContainsKey(message.Key))
                return;
            SignedMessage sent = await new MpoolApi(transport).MpoolPushMessageAsync(
                new Message { From = worker, To = message.Miner, Method = message.Method, Params = message.Params }, new MessageSendSpec(message.MaxFee, Guid.NewGuid(), false), cancellationToken);
            _sent.Add(message.Key, sent.Cid);
        }

        public async Task<PoStMessageState> StatusAsync(string key, CancellationToken cancellationToken = default)
        {
            if (!_sent.TryGetValue(key, out Cid cid))
                return new PoStMessageState(PoStMessageStatus.Unknown);
            MsgLookup? found = await new StateApi(transport).StateSearchMsgAsync(TipSetKey.Empty, cid, -1, true, cancellationToken);
            return found is null ? new PoStMessageState(PoStMessageStatus.Pending)
                : new PoStMessageState(found.Receipt.ExitCode == 0 ? PoStMessageStatus.Landed : PoStMessageStatus.Failed, cid, $"exit code {found.Receipt.ExitCode}");
        }
    }
}
