using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Database;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Allocation;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Store;
using Filecoin.Sealing.Tasks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Sealing.Pipeline;

/// <summary>
/// The door of the sealing pipeline on a hub: begins sectors, takes data in, moves all of it along, and shows and repairs. Tasks run in a
/// <c>TaskEngine</c>, here or on other machines over the same database. Safe for concurrent use; several hubs may run over one database.
/// </summary>
public sealed partial class SealingPipeline
{
    private const int MaxRounds = 8;

    private readonly SqlDatabase _database;
    private readonly SealingOptions _options;
    private readonly ISealingChain _chain;
    private readonly TaskQueue _queue;
    private readonly MessageWatcher _watcher;
    private readonly SealPoller _poller;
    private readonly PiecePacker _packer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>A pipeline over a database.</summary>
    /// <param name="database">The database; <see cref="MigrateAsync"/> makes its tables.</param>
    /// <param name="options">How sectors are sealed.</param>
    /// <param name="chain">The node.</param>
    /// <param name="messages">Sends messages; made with <see cref="OnMessageFinal"/>.</param>
    /// <param name="queue">Where tasks go.</param>
    /// <param name="storage">The storage that this hub sees.</param>
    /// <param name="pieces">Where data comes in.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to log.</param>
    /// <param name="aggregator">Aggregates proofs where <see cref="SealingOptions.Aggregate"/> asks for it; null for never.</param>
    public SealingPipeline(
        SqlDatabase database, SealingOptions options, ISealingChain chain, MessageSender messages, TaskQueue queue, ISealingStorage storage, PieceStore pieces,
        TimeProvider? time = null, ILogger<SealingPipeline>? logger = null, ISealAggregator? aggregator = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(pieces);
        _ = options.MinerId;
        (_database, _options, _chain, _queue, Pieces) = (database, options, chain, queue, pieces);
        _time = time ?? TimeProvider.System;
        _logger = (ILogger?)logger ?? NullLogger.Instance;
        Messages = messages;
        _watcher = new MessageWatcher(messages, _time);
        _poller = new SealPoller(database, options, chain, storage, messages, queue, _logger, aggregator);
        _packer = new PiecePacker(database, options, chain, pieces.Options, _logger);
    }

    /// <summary>What a <see cref="MessageSender"/> of this pipeline is made with: it wakes the sectors that wait for a message.</summary>
    public static Func<SqlSession, MessageStatus, Task> OnMessageFinal { get; } = (session, message) => SealStore.WakeAsync(session, message.Id);

    /// <summary>The messages of this pipeline.</summary>
    public MessageSender Messages { get; }

    /// <summary>Where data comes in.</summary>
    public PieceStore Pieces { get; }

    /// <summary>Makes or updates the tables of sectors, pieces, messages and tasks.</summary>
    public static async Task MigrateAsync(SqlDatabase database, CancellationToken cancellationToken = default)
    {
        await EngineTables.MigrateAsync(database, cancellationToken).ConfigureAwait(false);
        await MessageSchema.MigrateAsync(database, cancellationToken).ConfigureAwait(false);
        await SealSchema.MigrateAsync(database, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Polls and watches until it is cancelled. A node or a database that is away for a while is waited for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Task watching = _watcher.RunAsync(cancellationToken);
        try
        {
            while (true)
            {
                // Each by itself: pieces that cannot be packed hold up no sector. What moved may move on at once; what only waits ends this.
                for (int i = 0, moved = 1; i < MaxRounds && moved > 0; i++)
                {
                    moved = await GuardedAsync(PackAsync, cancellationToken).ConfigureAwait(false);
                    moved += await GuardedAsync(_poller.RoundAsync, cancellationToken).ConfigureAwait(false);
                }

                await GuardedAsync(Pieces.CleanAsync, cancellationToken).ConfigureAwait(false);
                await Task.Delay(_options.PollInterval, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Moves once what can move: pieces into sectors, sectors along. <see cref="RunAsync"/> does it again and again.</summary>
    /// <returns>How many rows it looked at.</returns>
    public async Task<int> RoundAsync(CancellationToken cancellationToken = default)
    {
        int moved = await PackAsync(cancellationToken).ConfigureAwait(false);
        moved += await _poller.RoundAsync(cancellationToken).ConfigureAwait(false);
        await Pieces.CleanAsync(cancellationToken).ConfigureAwait(false);
        return moved;
    }

    /// <summary>Looks once at every message that is due. <see cref="RunAsync"/> does it again and again.</summary>
    public Task<int> WatchMessagesAsync(CancellationToken cancellationToken = default) => _watcher.RoundAsync(cancellationToken);

    /// <summary>Begins sectors without data (committed capacity).</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Gives up; nothing is begun then.</param>
    /// <exception cref="SectorNumberException">The miner has no numbers left.</exception>
    /// <exception cref="RpcException">The node does not say which numbers are spent.</exception>
    public async Task<IReadOnlyList<SectorId>> PledgeAsync(int count = 1, CancellationToken cancellationToken = default) =>
        await BeginAsync(count, [], cancellationToken).ConfigureAwait(false);

    /// <summary>Begins a sector with one piece of data in it, at once and without waiting for other pieces.</summary>
    /// <exception cref="PieceException">The data is shorter, longer or other than it says, or larger than a sector. Nothing is kept.</exception>
    /// <exception cref="StagingFullException">There is no room. Nothing is kept.</exception>
    public async Task<SectorId> PledgeAsync(PieceRequest data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckSize(data);
        return await Pieces.StageAsync(
            data, async piece => (await BeginAsync(1, [piece], cancellationToken).ConfigureAwait(false))[0], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds a piece, which goes into a sector with others.</summary>
    /// <exception cref="PieceException">The data is shorter, longer or other than it says, or larger than a sector. Nothing is kept.</exception>
    /// <exception cref="StagingFullException">There is no room, and none came in time. Nothing is kept.</exception>
    public Task<SectorPiece> AddPieceAsync(PieceRequest data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckSize(data);
        return Pieces.AddAsync(data, cancellationToken);
    }

    /// <summary>Sectors by number.</summary>
    public Task<IReadOnlyList<SectorSummary>> ListAsync(SectorFilter? filter = null, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(session => SealReports.ListAsync(session, _options.MinerId, filter ?? new SectorFilter()), cancellationToken);

    /// <summary>How many sectors are where.</summary>
    public Task<IReadOnlyList<StageCount>> CountAsync(CancellationToken cancellationToken = default) =>
        _database.ReadAsync(session => SealReports.CountAsync(session, _options.MinerId), cancellationToken);

    /// <summary>All that is known of a sector, or null when there is none of the number.</summary>
    public Task<SectorDetails?> ShowAsync(ulong number, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(session => SealReports.ShowAsync(session, Id(number)), cancellationToken);

    /// <summary>Lets a sector that was handed to the operator, or that waits, go on: at its stage, or from an earlier one.</summary>
    /// <param name="number">The sector.</param>
    /// <param name="from">
    /// Where it begins anew; null for its stage. From <see cref="SealStage.Sdr"/> it is labelled anew, with its ticket while the chain holds the sector or
    /// may come to hold it: the same replica comes out.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SectorStateException">
    /// There is no such sector, it is proving or removed, <paramref name="from"/> is later than its stage, or earlier while a message with it is on its way.
    /// </exception>
    public Task RetryAsync(ulong number, SealStage? from = null, CancellationToken cancellationToken = default) => ChangeAsync(
        number,
        async (session, row) =>
        {
            SealStage stage = from ?? row.Stage;
            if (row.State is SectorState.Proving or SectorState.Removed)
                throw new SectorStateException($"{row.Id}: expected a sector that is being sealed, found it {row.State}");
            if (stage > row.Stage)
                throw new SectorStateException($"{row.Id}: expected a stage up to {row.Stage}, found {stage}");
            if (stage == SealStage.Synthetic && !row.IsSynthetic)
                throw new SectorStateException($"{row.Id}: expected a seal proof with synthetic proofs, found {row.SealProof}");
            if (stage < row.Stage)
                await RequireNothingOnItsWayAsync(session, row).ConfigureAwait(false);
            SealStore.Change change = SealTransitions.Entering(stage) with { ForgetFailures = true, NewRound = from == SealStage.Sdr };
            await SupersedeAsync(session, row, stage, change).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>
    /// Takes a sector out: its number stays spent, the machines that hold its files remove them, its pieces wait for another sector. What is on the
    /// chain stays there.
    /// </summary>
    /// <exception cref="SectorStateException">
    /// There is no such sector, a message with it is on its way, or the chain proves it: then it is terminated, not removed.
    /// </exception>
    /// <exception cref="RpcException">The sector was proven once, and the node does not say whether it still is.</exception>
    public async Task RemoveAsync(ulong number, CancellationToken cancellationToken = default)
    {
        // One that is labelled anew is at an early stage again, and the chain proves it all the same.
        bool proven = await _database.ReadAsync(session => SealStore.FactsAsync(session, Id(number)), cancellationToken).ConfigureAwait(false) is { WasProven: true } facts
            && await _chain.SectorAsync(_options.Miner, number, TipSetKey.Empty, cancellationToken).ConfigureAwait(false) is { } found && !facts.Differs(found);
        await ChangeAsync(
            number,
            async (session, row) =>
            {
                if (row.State == SectorState.Removed)
                    return;
                if (row.Stage >= SealStage.Finalize || proven)
                    throw new SectorStateException($"{row.Id}: expected a sector that the chain does not prove, found it at {row.Stage}; terminate it on the chain");
                await RequireNothingOnItsWayAsync(session, row).ConfigureAwait(false);
                await SupersedeAsync(session, row, row.Stage, new() { Stage = row.Stage, State = SectorState.Removed, Reason = "removed by an operator" }).ConfigureAwait(false);
                await SealStore.ReleasePiecesAsync(session, row.Id, "Open").ConfigureAwait(false);
                await _queue.AddAsync(session, CleanTask.Name, row.Id.ToString()).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A message that is on its way may land whatever an operator wants: what it carries is then on the chain.</summary>
    private static async Task RequireNothingOnItsWayAsync(SqlSession session, SectorRow row)
    {
        if (row.WaitsFor is { } message && await MessageStore.MayTakeEffectAsync(session, message).ConfigureAwait(false))
            throw new SectorStateException($"{row.Id}: expected a sector without a message on its way, found it at {row.Stage}; the next rounds see what the message has done");
    }

    private async Task SupersedeAsync(SqlSession session, SectorRow row, SealStage stage, SealStore.Change change)
    {
        await SealStore.ChangeAsync(session, row, change).ConfigureAwait(false);
        if (row.State == SectorState.Running)
        {
            await _queue.WithdrawAsync(session, row.StageName, row.Id.ToString()).ConfigureAwait(false);
            await SealStore.EndAsync(session, row.Id, row.Run, StageOutcome.Failed, null, null, StageFault.Transient, "an operator stopped it").ConfigureAwait(false);
        }

        // The ticket stays: whether the sector still needs it, labelling asks the chain.
        if (stage < row.Stage)
            await SealStore.SupersedeAsync(session, row.Id, stage, keepTicket: true).ConfigureAwait(false);
    }

    private async Task<int> PackAsync(CancellationToken cancellationToken)
    {
        TipSet head = await _chain.HeadAsync(cancellationToken).ConfigureAwait(false);
        return (await _packer.RoundAsync(head.Height, cancellationToken).ConfigureAwait(false)).Count;
    }

    /// <summary>A round that fails is one of many: the next may succeed, and nothing but a cancellation ends them.</summary>
    private async Task<int> GuardedAsync(Func<CancellationToken, Task<int>> round, CancellationToken cancellationToken)
    {
        try
        {
            return await round(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or DatabaseException { IsTransient: true } or MessageException or IOException)
        {
            RoundFailed(_logger, e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            Unforeseen(_logger, e);
        }

        return 0;
    }

    private Task ChangeAsync(ulong number, Func<SqlSession, SectorRow, Task> change, CancellationToken cancellationToken) => _database.WriteAsync(
        async session =>
        {
            SectorRow row = await SealStore.LockAsync(session, Id(number)).ConfigureAwait(false)
                ?? throw new SectorStateException($"expected a sector with the number {number}, found none");
            await change(session, row).ConfigureAwait(false);
        },
        cancellationToken);

    private async Task<IReadOnlyList<SectorId>> BeginAsync(int count, IReadOnlyList<SectorPiece> pieces, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Bitfield allocated = await _chain.AllocatedAsync(_options.Miner, TipSetKey.Empty, cancellationToken).ConfigureAwait(false);
        return await _database.WriteAsync<IReadOnlyList<SectorId>>(
            async session =>
            {
                IReadOnlyList<ulong> numbers = await SectorNumbers.ReserveAsync(session, _options.MinerId, count, allocated, _options.FirstSectorNumber).ConfigureAwait(false);
                foreach (SectorPiece piece in pieces)
                    await Pieces.InsertAsync(session, piece, "Packed").ConfigureAwait(false);
                foreach (ulong number in numbers)
                    await SealStore.InsertAsync(session, Id(number), _options.Proof, pieces).ConfigureAwait(false);
                return [.. numbers.Select(Id)];
            },
            cancellationToken).ConfigureAwait(false);
    }

    private void CheckSize(PieceRequest data)
    {
        long padded = data.PaddedSize ?? PieceSize.Holding(data.DataBytes).Padded, most = _options.Config.SectorSize.Bytes;
        if (padded > most)
            throw new PieceException(PieceFault.OverCapacity, null, $"a piece of at most {most} padded bytes", $"one of {padded}");
    }

    private SectorId Id(ulong number) => new(_options.MinerId, new SectorNumber(number));

    [LoggerMessage(151, LogLevel.Error, "a round of the pipeline failed")]
    private static partial void Unforeseen(ILogger logger, Exception error);

    [LoggerMessage(150, LogLevel.Warning, "the pipeline waits: {Reason}")]
    private static partial void RoundFailed(ILogger logger, string reason);
}
