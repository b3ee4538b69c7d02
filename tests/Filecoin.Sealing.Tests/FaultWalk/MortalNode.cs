using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Database;
using Filecoin.Proving.Graph;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;
using Filecoin.Sealing.Tasks;
using Filecoin.Sealing.Tests.Pipeline;

namespace Filecoin.Sealing.Tests.FaultWalk;

/// <summary>
/// A hub and a machine in one process that can be killed: the real stages over real files, under real leases. The SNARK is a digest that its double of a
/// verifier checks after the vanilla proofs below it have been checked for true.
/// </summary>
internal sealed class MortalNode : ISealingStorage, IStorageReservations, ISealCommitProver, ISealVerifier
{
    private readonly string _machine;
    private readonly Mortality _life;
    private readonly TestChain _chain;
    private readonly TwoDirectories _storage;
    private readonly MachineLeases _machines;
    private readonly TaskLeases _leases;
    private readonly IReadOnlyList<ITask> _tasks;
    private long _session;
    private string _at = "hub";

    public MortalNode(SqlDatabase database, TestChain chain, SealingOptions options, string root, Mortality life, string machine = "machine")
    {
        (_life, _chain, _machine) = (life, chain, machine);
        var mine = new MortalDatabase(database, life) { At = () => _at };
        _storage = new TwoDirectories(Path.Combine(root, "sealing"), Path.Combine(root, "storage"), type => life.Border($"{_at}: before the move of {type}"));
        _machines = new MachineLeases(mine, TimeSpan.FromMinutes(1));
        _leases = new TaskLeases(mine);
        var queue = new TaskQueue();
        var messages = new MessageSender(mine, chain, new TestChain.Signer(), new MessageOptions { Policy = options.Policy }, SealingPipeline.OnMessageFinal);
        Pieces = new PieceStore(mine, TestChain.MinerId, new StagingOptions { Directory = Path.Combine(root, "pieces"), MaxWaitForSector = TimeSpan.Zero });
        Hub = new SealingPipeline(mine, options, chain, messages, queue, this, Pieces);
        _tasks = new SealingTaskContext
        {
            Database = mine,
            Options = options,
            Chain = chain,
            Storage = this,
            Prover = this,
            Verifier = this,
            Degree = 1,
            Parents = config => new MortalParents(StackedGraph.Create(config), life),
        }.CreateTasks();
    }

    public SealingPipeline Hub { get; }

    public PieceStore Pieces { get; }

    /// <summary>One turn of everything that the process does. Whatever it throws, the caller asks whether it lives.</summary>
    public async Task TurnAsync()
    {
        _chain.Fault = call => _life.IsDead ? new RpcConnectionException(call, "killed", maybeDelivered: true) : Push(call);
        if (_session == 0)
            _session = await _machines.JoinAsync(_machine, "", new MachineResources { Cores = 1, MemoryBytes = 1 << 30 }, "", default);
        await Hub.RoundAsync();
        foreach (ITask task in _tasks)
            await WorkAsync(task);
        _at = "messages";
        await Hub.WatchMessagesAsync();
        _at = "hub";
    }

    public Task<IReadOnlyCollection<SectorId>> HeldAsync(IReadOnlyList<SectorId> sectors, CancellationToken cancellationToken) => _storage.HeldAsync(sectors, cancellationToken);

    public Task<bool> ExistsAsync(SectorId sector, CancellationToken cancellationToken) => _storage.ExistsAsync(sector, cancellationToken);

    public Task<SectorPaths> PathsAsync(SectorId sector, SectorSize size, bool hasData, string? path, CancellationToken cancellationToken) =>
        _storage.PathsAsync(sector, size, hasData, path, cancellationToken);

    public Task<Stream> OpenPieceAsync(SectorPiece piece, CancellationToken cancellationToken) => _storage.OpenPieceAsync(piece, cancellationToken);

    public Task RemoveAsync(SectorId sector, CancellationToken cancellationToken)
    {
        _life.Border($"{_at}: before old files are removed");
        return _storage.RemoveAsync(sector, cancellationToken);
    }

    public Task<string> StoreAsync(SectorId sector, SectorSize size, bool hasData, CancellationToken cancellationToken)
    {
        _life.Border($"{_at}: before the move");
        return _storage.StoreAsync(sector, size, hasData, cancellationToken);
    }

    public Task<IReadOnlyList<StorageReservation>?> ReserveAsync(SqlSession session, TaskCandidate task, IReadOnlyList<ScratchSpace> needs) =>
        Task.FromResult<IReadOnlyList<StorageReservation>?>([.. needs.Select(need => new StorageReservation("path", need.Kind, need.Bytes))]);

    public byte[] Prove(
        PoRepConfig config, SealCommitPhase1Output phase1, ProverId prover, SectorNumber sector, IProgress<ProverProgress>? progress, CancellationToken cancellationToken)
    {
        _life.Border($"{_at}: before the SNARK");
        Assert.True(PoRepCheck.Verify(config, phase1.PublicInputs, phase1.VanillaProofs, out PoRepProofFault? fault, 1, cancellationToken), fault?.ToString());
        return TestChain.Digest([new SealVerifyInfo(prover, sector, phase1.Ticket, phase1.Seed, phase1.CommD, phase1.CommR)]);
    }

    public bool Verify(PoRepConfig config, SealVerifyInfo info, ReadOnlySpan<byte> proof)
    {
        _life.Border($"{_at}: before the proof is verified");
        return proof.SequenceEqual(TestChain.Digest([info]));
    }

    /// <summary>What the engine does with one type, a task at a time: wake, choose, claim, run, settle.</summary>
    private async Task WorkAsync(ITask task)
    {
        IReadOnlyList<TaskCandidate> ready = await _leases.ReadyAsync(task.Type.Name, null, 10, default);
        if (ready.Count == 0)
            return;
        _at = task.Type.Name;
        IReadOnlyCollection<long> mine = task.Type.Placement == TaskPlacement.Anywhere ? [.. ready.Select(t => t.Id)] : await task.SelectAsync(ready, default);
        ClaimResult claim = await _leases.ClaimAsync(
            new ClaimRequest
            {
                Machine = _machine,
                Session = _session,
                Type = task.Type.Name,
                Placement = task.Type.Placement,
                Limit = 10,
                Among = [.. mine],
                Scratch = task.Type.Cost.Scratch,
            },
            this, default);
        foreach (TaskLease lease in claim.Leases)
        {
            switch (await task.RunAsync(new TaskRun(_leases, lease, _machine, [], 0), default))
            {
                case TaskOutcome.Completed done:
                    await _leases.EndAsync(lease, "done", null, done.Commit, default);
                    break;
                case TaskOutcome.Postponement postponed:
                    await _leases.ReturnAsync(lease, null, postponed.Reason, failed: false, TimeSpan.Zero, default);
                    break;
                case TaskOutcome other:
                    Assert.Fail($"{lease.Type}: {other}");
                    break;
            }
        }

        _at = "hub";
    }

    private Exception? Push(string call)
    {
        if (call == "push")
            _life.Border($"{_at}: before the pool");
        return null;
    }

    private sealed class MortalParents(StackedGraph graph, Mortality life) : IParentSource
    {
        public long Nodes => graph.Nodes;

        public void ReadWindow(uint firstNode, int count, Span<uint> parents)
        {
            life.Border($"labels: before the parents of node {firstNode}");
            ((IParentSource)graph).ReadWindow(firstNode, count, parents);
        }
    }
}
