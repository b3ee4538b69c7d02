using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Native.Curves;
using Filecoin.Proving.Database;
using Filecoin.Proving.Mining;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Tests.Scheduling;

namespace Filecoin.Proving.Tests.Mining;

public sealed class WinningPoStMinerTests : IDisposable
{
    private static readonly Address Miner = Address.FromId(1000);
    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(30);

    private readonly ReplicaShelf _shelf = new(1);
    private readonly StandInSnarks _snarks = new();
    private readonly VirtualTime _time = new();
    private readonly BlsSecretKey _key = BlsSecretKey.Read([3, .. new byte[31]]);
    private readonly SimulatedMiningChain _chain;
    private readonly CountingSigner _signer;

    public WinningPoStMinerTests()
    {
        _chain = new SimulatedMiningChain(_time, Epoch, _shelf, WorkerOf(_key));
        _signer = new CountingSigner(new LocalWorkerSigner([_key]));
    }

    public void Dispose()
    {
        _key.Dispose();
        _shelf.Dispose();
    }

    [Theory, EachDatabase]
    public async Task A_winner_publishes_one_valid_block_an_epoch(string kind)
    {
        await using var database = new TestDatabase(kind);
        await using RunningMiner miner = Start(database);
        for (long height = 1; height <= 6; height++)
        {
            await PassAsync();
            _chain.Others(height, 99);
        }

        Assert.Equal([1L, 2, 3, 4, 5, 6], _chain.Submitted.Select(block => block.Header.Height.Value));
        Assert.All(_chain.Submitted, AssertValid);
        MiningTally tally = Assert.Single(miner.State.Tallies);
        Assert.Equal((6L, 6L, 6L, 0L, 0L), (tally.Eligible, tally.Won, tally.Published, tally.Late, tally.Lost));
        Assert.All(miner.State.Rounds, round => Assert.Equal((MiningOutcome.Published, 0L), (round.Outcome, round.NullRounds)));
    }

    [Fact]
    public async Task Epochs_without_a_block_are_mined_across()
    {
        await using var database = new TestDatabase("sqlite");
        _chain.HasPower = false;
        await using RunningMiner miner = Start(database);
        await PassAsync();
        await PassAsync();
        _chain.HasPower = true;
        await PassAsync();

        BlockHeader block = Assert.Single(_chain.Submitted).Header;
        Assert.Equal((3L, _chain.TimestampOf(3)), (block.Height.Value, block.Timestamp));
        Assert.Equal([MiningOutcome.NotEligible, MiningOutcome.NotEligible, MiningOutcome.Published], miner.State.Rounds.Select(round => round.Outcome));
        Assert.Equal([0L, 1, 2], miner.State.Rounds.Select(round => round.NullRounds));

        // A second block on the same parents would be a fault: the miner waits for another base.
        await PassAsync();
        Assert.Single(_chain.Submitted);
        Assert.Equal(MiningOutcome.Withheld, miner.State.Rounds[^1].Outcome);
        _chain.Others(4, 99);
        await PassAsync();
        Assert.Equal(2, _chain.Submitted.Count);
    }

    [Theory]
    [InlineData(25, MiningOutcome.Published)]
    [InlineData(40, MiningOutcome.PublishedLate)]
    [InlineData(90, MiningOutcome.Failed)]
    public async Task Late_blocks_are_counted_as_such(int seconds, MiningOutcome outcome)
    {
        await using var database = new TestDatabase("sqlite");
        _snarks.Behaviour = (_, proof, token) =>
        {
            Task.Delay(TimeSpan.FromSeconds(seconds), _time, token).GetAwaiter().GetResult();
            return proof;
        };
        await using RunningMiner miner = Start(database);
        await PassAsync();
        _chain.HasPower = false;
        _chain.Others(1, 99);
        await PassAsync();
        await PassAsync();

        MiningRound round = miner.State.Rounds.Single(round => round.WinCount > 0);
        Assert.Equal(outcome, round.Outcome);
        MiningTally tally = Assert.Single(miner.State.Tallies);
        Assert.Equal(
            (outcome == MiningOutcome.Failed ? 0L : 1, outcome == MiningOutcome.PublishedLate ? 1L : 0, outcome == MiningOutcome.Failed ? 1L : 0),
            (tally.Published, tally.Late, tally.Lost));
        Assert.Equal(outcome == MiningOutcome.PublishedLate, round.Late > TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("head")]
    [InlineData("base info")]
    [InlineData("select")]
    [InlineData("create")]
    [InlineData("submit")]
    public async Task A_call_that_fails_is_made_again_while_the_epoch_lasts(string call)
    {
        await using var database = new TestDatabase("sqlite");
        int failures = 0;
        _chain.Fault = what => what == call && Interlocked.Increment(ref failures) <= 3 ? new RpcErrorException(what, RpcErrorCode.Internal, "the daemon went away") : null;
        await using RunningMiner miner = Start(database);
        await PassAsync();

        Assert.True(failures > 3);
        AssertValid(Assert.Single(_chain.Submitted));
    }

    [Theory, EachDatabase]
    public async Task Of_two_hubs_by_mistake_one_publishes(string kind)
    {
        await using var database = new TestDatabase(kind);
        int block = 0;
        _chain.Messages = () => Cid.OfDagCbor([0x18, (byte)(24 + Interlocked.Increment(ref block))]);
        await using RunningMiner first = Start(database), second = Start(database);
        for (long height = 1; height <= 4; height++)
        {
            await PassAsync();
            _chain.Others(height, 99);
        }

        Assert.Equal([1L, 2, 3, 4], _chain.Submitted.Select(submitted => submitted.Header.Height.Value));
        Assert.Equal(4, first.State.Rounds.Concat(second.State.Rounds).Count(round => round.Outcome == MiningOutcome.Withheld));
    }

    [Fact]
    public async Task A_block_that_was_claimed_before_a_crash_is_published_after_it()
    {
        await using var database = new TestDatabase("sqlite");
        _chain.Fault = what => what == "submit" ? new RpcErrorException(what, RpcErrorCode.Internal, "the daemon went away") : null;
        await using (RunningMiner first = Start(database))
            await PassAsync(37);
        Assert.Empty(_chain.Submitted);

        _chain.Fault = _ => null;
        await using RunningMiner second = Start(database);
        await PassAsync(10);
        Assert.Equal(1L, Assert.Single(_chain.Submitted).Header.Height.Value);
    }

    [Fact]
    public async Task The_block_of_a_miner_that_shows_different_ones_is_not_built_on()
    {
        await using var database = new TestDatabase("sqlite");
        TipSet both = _chain.Others(1, 98, 99);
        await using RunningMiner miner = Start(database);
        await PassAsync(30 + 11);
        _chain.Head = TipSet.Create([both.Blocks[0]]);
        await PassAsync(24);

        BlockHeader block = Assert.Single(_chain.Submitted).Header;
        Assert.Equal([both.Blocks[0].Cid], block.Parents);
        AssertValid(_chain.Submitted[0]);
    }

    [Fact]
    public async Task A_lighter_head_is_not_gone_back_to()
    {
        await using var database = new TestDatabase("sqlite");
        await using RunningMiner miner = Start(database);
        await PassAsync();
        TipSet heavy = _chain.Others(1, 99);
        await PassAsync();
        TipSet light = TipSet.Create([TestBlocks.Block(Address.FromId(98), 1, null, _chain.TimestampOf(1))]);
        _chain.Weights[light.Key] = 0;
        _chain.Head = light;
        await PassAsync();

        Assert.Equal([1L, 2], _chain.Submitted.Select(block => block.Header.Height.Value));
        Assert.All(miner.State.Rounds.Skip(1), round => Assert.Equal(heavy.Key, round.Parents));
        _chain.Weights[light.Key] = 10;
        await PassAsync();
        Assert.Equal(light.Key, miner.State.Rounds[^1].Parents);
    }

    [Fact]
    public async Task A_wallet_that_signs_with_another_kind_of_key_is_refused()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => new WalletWorkerSigner(new SecpWallet()).SignAsync(WorkerOf(_key), new byte[32]));
        Assert.Contains("BLS", error.Message, StringComparison.Ordinal);
        using BlsSecretKey stranger = BlsSecretKey.Generate();
        await Assert.ThrowsAsync<InvalidOperationException>(() => new LocalWorkerSigner([_key]).SignAsync(WorkerOf(stranger), new byte[32]));
    }

    private RunningMiner Start(TestDatabase database) => new(database.Description, _chain, _signer, _shelf, _snarks, _time, Epoch);

    // Ends a little after an epoch's beginning, when its block is out, and before the next base is chosen.
    private async Task PassAsync(int? seconds = null)
    {
        int pass = seconds ?? (int)Epoch.TotalSeconds + 5 - (int)(_time.GetTimestamp() / TimeSpan.TicksPerSecond % (long)Epoch.TotalSeconds);
        for (int i = 0; i < pass; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Epochs.SettleAsync(() => Volatile.Read(ref _shelf.Busy) > 0 || Volatile.Read(ref _signer.Busy) > 0, () => false);
        }
    }

    private void AssertValid(BlockMessage block)
    {
        BlockHeader header = block.Header;
        byte[] beacon = SimulatedMiningChain.BeaconOf(header.Height).Data.ToArray(), miner = ChainRandomness.EntropyOf(Miner);
        ReadOnlySpan<byte> key = WorkerOf(_key).Payload;
        Assert.True(BlsSignatures.Verify(key, ChainRandomness.Draw(beacon, ChainRandomness.ElectionTag, header.Height, miner), header.ElectionProof!.VRFProof.Span));
        Assert.Equal(ElectionWins.Count(header.ElectionProof.VRFProof.Span, 2048, 2048), (int)header.ElectionProof.WinCount);
        Assert.Equal(_chain.TimestampOf(header.Height.Value), header.Timestamp);
        var inputs = new PoStPublicInputs(
            PoStRandomness.FromChain(ChainRandomness.Draw(beacon, ChainRandomness.WinningPoStTag, header.Height, miner)), [new PoStSector(new SectorNumber(1), _shelf.CommR(1))]);
        Assert.True(_snarks.Verify(PoStConfig.For(RegisteredPoStProof.StackedDrgWinning2KiBV1), inputs, Assert.Single(header.WinPoStProof).ProofBytes.Span));
    }

    private static Address WorkerOf(BlsSecretKey key)
    {
        var publicKey = new byte[BlsSignatures.PublicKeySize];
        key.PublicKey().WriteCompressed(publicKey);
        return Address.FromBlsPublicKey(publicKey);
    }

    /// <summary>A hub that mines, with its own connection to the database.</summary>
    private sealed class RunningMiner : IAsyncDisposable
    {
        private readonly SqlDatabase _database;
        private readonly PoStWorkerPool _pool;
        private readonly WinningPoStMiner _miner;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public RunningMiner(
            string database, IMiningChain chain, IWorkerSigner signer, ReplicaShelf shelf, StandInSnarks snarks, VirtualTime time, TimeSpan epoch)
        {
            _database = SqlDatabase.Open(database);
            _pool = new PoStWorkerPool(snarks, new PoStWorkerPoolOptions { LocalWinning = LocalProving.Always }, time);
            _miner = new WinningPoStMiner(
                chain, signer, new SectorReader(shelf, time: time), _pool, new SlashFilter(_database),
                new WinningPoStOptions { Miners = [Miner], EpochDuration = epoch }, time);
            _running = Task.WhenAll(
                _miner.RunAsync(_stop.Token),
                _pool.RunLocalAsync(snarks, new PoStWorkerOptions { Name = "hub", ReportInterval = TimeSpan.FromSeconds(1) }, _stop.Token));
        }

        public MiningState State => _miner.State;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _miner.Dispose();
            _pool.Dispose();
            await _database.DisposeAsync();
            _stop.Dispose();
        }
    }

    private sealed class CountingSigner(IWorkerSigner signer) : IWorkerSigner
    {
        public int Busy;

        public async Task<ReadOnlyMemory<byte>> SignAsync(Address worker, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref Busy);
            try
            {
                return await signer.SignAsync(worker, message, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref Busy);
            }
        }
    }

    private sealed class SecpWallet : IWalletApi
    {
        public Task<Signature> WalletSignAsync(Address account, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
            Task.FromResult(new Signature(SignatureType.Secp256k1, new byte[65]));

        public Task<IReadOnlyList<Address>> WalletListAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> WalletHasAsync(Address account, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<TokenAmount> WalletBalanceAsync(Address account, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<SignedMessage> WalletSignMessageAsync(Address account, Message message, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
