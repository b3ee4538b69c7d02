using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tasks;

/// <summary>C1 and C2. The seed is asked for again before, and the proof is verified as the chain does before it leaves.</summary>
internal sealed class PoRepStage(SealingTaskContext context, ISealCommitProver prover, ISealVerifier verifier)
    : StageTask<PoRepResult>(Require(context), SealStage.PoRep, TaskPlacement.LocalData, Cost(context))
{
    protected override async Task<PoRepResult> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        SealJob job = await LabelledJobAsync(facts, run, cancellationToken).ConfigureAwait(false);
        SealVerifyInfo info = facts.VerifyInfo;
        ChainView view = (await ChainView.TakeAsync(Context.Chain, Context.Options, cancellationToken).ConfigureAwait(false)).Covering(facts);
        long epoch = facts.Seed!.Epoch;
        Seed now = await SealRandomness.SeedAsync(Context.Chain, Context.Options.Miner, epoch, view.Safe.Key, cancellationToken).ConfigureAwait(false);
        if (now != info.Seed)
            throw new StageFailure(StageFault.SeedChanged, $"expected seed {info.Seed} at epoch {epoch}, found {now}");
        return await Task.Run(() => new PoRepResult(Prove(job, info, run, cancellationToken)), cancellationToken).ConfigureAwait(false);
    }

    private byte[] Prove(SealJob job, SealVerifyInfo info, TaskRun run, CancellationToken cancellationToken)
    {
        using SealLock taken = SealLock.Take(job);
        run.Report("vanilla proofs");
        SealCommitPhase1Output phase1 = SealCommitPhase1.Prove(
            job.Config, new ReplicaFiles(job.Paths.Cache, job.Paths.Sealed), info.PublicInputs(job.Config), info.Ticket, Context.Degree, null, cancellationToken);
        run.Report("SNARK");
        byte[] proof = prover.Prove(job.Config, phase1, info.Prover, info.Number, null, cancellationToken);
        return verifier.Verify(job.Config, info, proof)
            ? proof
            : throw new StageFailure(StageFault.ProofInvalid, "the proof that was made does not verify");
    }

    private static TaskCost Cost(SealingTaskContext context) => new()
    {
        Cores = context.Degree,

        // 128 GiB for 32 GiB; small circuits have a floor of their own.
        MemoryBytes = (4 * context.Options.Config.SectorSize.Bytes) + (512L << 20),
    };
}
