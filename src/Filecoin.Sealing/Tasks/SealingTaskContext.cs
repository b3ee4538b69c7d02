using Filecoin.Proving.Database;
using Filecoin.Proving.Graph;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filecoin.Sealing.Tasks;

/// <summary>What the pipeline's tasks share on a machine.</summary>
public sealed record SealingTaskContext
{
    /// <summary>The database of the pipeline.</summary>
    public required SqlDatabase Database { get; init; }

    /// <summary>How the miner's sectors are sealed.</summary>
    public required SealingOptions Options { get; init; }

    /// <summary>The node.</summary>
    public required ISealingChain Chain { get; init; }

    /// <summary>This machine's storage.</summary>
    public required ISealingStorage Storage { get; init; }

    /// <summary>Parents of the graph. Default: the graph itself, which suits small sectors; large ones want a <see cref="ParentCache"/>.</summary>
    public Func<PoRepConfig, IParentSource> Parents { get; init; } = StackedGraph.Create;

    /// <summary>Makes proofs; null on a machine that leaves that to others.</summary>
    public ISealCommitProver? Prover { get; init; }

    /// <summary>Checks proofs before they leave; null with <see cref="Prover"/>.</summary>
    public ISealVerifier? Verifier { get; init; }

    /// <summary>Threads of one task at most. Default: all processors.</summary>
    public int Degree
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = Environment.ProcessorCount;

    /// <summary>Where to log.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The tasks that this machine can take, for its engine.</summary>
    /// <exception cref="ArgumentException">A prover without a verifier.</exception>
    public IReadOnlyList<ITask> CreateTasks()
    {
        if (Prover is not null && Verifier is null)
            throw new ArgumentException("expected a verifier with the prover: a proof is checked before it leaves");
        List<ITask> tasks = [new SdrStage(this), new TreeDStage(this), new TreesStage(this), new SyntheticStage(this), new FinalizeStage(this), new MoveStage(this), new CleanTask(this)];
        if (Prover is { } prover)
            tasks.Add(new PoRepStage(this, prover, Verifier!));
        return tasks;
    }
}
