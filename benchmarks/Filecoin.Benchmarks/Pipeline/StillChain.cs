using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Benchmarks.Pipeline;

/// <summary>A chain that answers at once and on which nothing happens, and storage that has every sector: what is measured is the poller and its database.</summary>
internal sealed class StillChain : ISealingChain, IMessageChain, IMessageSigner, ISealingStorage
{
    private static readonly byte[] s_noise = new byte[32];

    private static readonly TipSet s_head = TipSet.Create([new BlockHeader
    {
        Miner = Address.FromId(1000),
        Ticket = new Filecoin.ChainCo.Chain.Ticket(s_noise),
        ElectionProof = new ElectionProof(1, s_noise),
        Parents = [],
        ParentWeight = new TokenAmount(1),
        Height = 1_000_000,
        ParentStateRoot = Cid.OfDagCbor(s_noise),
        ParentMessageReceipts = Cid.OfDagCbor(s_noise),
        Messages = Cid.OfDagCbor(s_noise),
        Timestamp = 1_000_000,
        ParentBaseFee = new TokenAmount(100),
    }]);

    public Task<TipSet> HeadAsync(CancellationToken cancellationToken) => Task.FromResult(s_head);

    public Task<TipSet> TipSetAtAsync(ChainEpoch epoch, TipSetKey from, CancellationToken cancellationToken) => Task.FromResult(s_head);

    public Task<MinerInfo> MinerInfoAsync(Address miner, TipSetKey key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Bitfield> AllocatedAsync(Address miner, TipSetKey key, CancellationToken cancellationToken) => Task.FromResult(Bitfield.Empty);

    public Task<ReadOnlyMemory<byte>> TicketRandomnessAsync(long tag, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken) =>
        Task.FromResult<ReadOnlyMemory<byte>>(s_noise);

    public Task<ReadOnlyMemory<byte>> BeaconRandomnessAsync(long tag, ChainEpoch epoch, ReadOnlyMemory<byte> entropy, TipSetKey key, CancellationToken cancellationToken) =>
        Task.FromResult<ReadOnlyMemory<byte>>(s_noise);

    public Task<SectorPreCommitOnChainInfo?> PreCommitAsync(Address miner, ulong number, TipSetKey key, CancellationToken cancellationToken) =>
        Task.FromResult<SectorPreCommitOnChainInfo?>(null);

    public Task<SectorOnChainInfo?> SectorAsync(Address miner, ulong number, TipSetKey key, CancellationToken cancellationToken) => Task.FromResult<SectorOnChainInfo?>(null);

    public Task<TokenAmount> PreCommitDepositAsync(Address miner, SectorPreCommitInfo sector, TipSetKey key, CancellationToken cancellationToken) => Task.FromResult(TokenAmount.Zero);

    public Task<TokenAmount> InitialPledgeAsync(long lifetime, ulong sectorSize, ulong verifiedSize, TipSetKey key, CancellationToken cancellationToken) =>
        Task.FromResult(TokenAmount.Zero);

    public Task<TokenAmount> AvailableBalanceAsync(Address miner, TipSetKey key, CancellationToken cancellationToken) => Task.FromResult(TokenAmount.Zero);

    public Task<TokenAmount> AccountBalanceAsync(Address account, TipSetKey key, CancellationToken cancellationToken) => Task.FromResult(TokenAmount.Zero);

    public Task<Address> KeyAddressAsync(Address account, CancellationToken cancellationToken) => Task.FromResult(account);

    public Task<ulong> NextNonceAsync(Address account, CancellationToken cancellationToken) => Task.FromResult(0ul);

    public Task<ulong?> StateNonceAsync(Address account, TipSetKey key, CancellationToken cancellationToken) => Task.FromResult<ulong?>(0);

    public Task<Message> EstimateAsync(Message message, TokenAmount maxFee, CancellationToken cancellationToken) => Task.FromResult(message);

    public Task<Cid> PushAsync(SignedMessage message, CancellationToken cancellationToken) => Task.FromResult(message.Cid);

    public Task<MsgLookup?> FindAsync(TipSetKey from, Cid message, long lookback, CancellationToken cancellationToken) => Task.FromResult<MsgLookup?>(null);

    public Task<bool> HoldsAsync(Address account, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<SignedMessage> SignAsync(Message message, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyCollection<SectorId>> HeldAsync(IReadOnlyList<SectorId> sectors, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<SectorId>>([.. sectors]);

    public Task<bool> ExistsAsync(SectorId sector, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<SectorPaths> PathsAsync(SectorId sector, SectorSize size, bool hasData, string? path, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Stream> OpenPieceAsync(SectorPiece piece, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemoveAsync(SectorId sector, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string> StoreAsync(SectorId sector, SectorSize size, bool hasData, CancellationToken cancellationToken) => throw new NotSupportedException();
}
