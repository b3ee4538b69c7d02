using Filecoin.Proving.Pieces;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Engine;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Tasks;

/// <summary>Puts the pieces together where the layers are, each held against its commitment, and builds TreeD over them.</summary>
internal sealed class TreeDStage(SealingTaskContext context)
    : StageTask<TreeDResult>(Require(context), SealStage.TreeD, TaskPlacement.LocalData, new TaskCost { Cores = 1, MemoryBytes = 1L << 30 })
{
    protected override async Task<TreeDResult> WorkAsync(SectorFacts facts, TaskRun run, CancellationToken cancellationToken)
    {
        SealJob job = await LabelledJobAsync(facts, run, cancellationToken).ConfigureAwait(false);
        if (job.Paths.Unsealed is { } unsealed && !SectorFile.IsComplete(unsealed, job.Config.SectorSize.Bytes))
            await AssembleAsync(facts, job, unsealed, cancellationToken).ConfigureAwait(false);
        await RunLocallyAsync(new TreeDTask(), job, run, cancellationToken).ConfigureAwait(false);
        return new TreeDResult(job.CommD.ToString());
    }

    private async Task AssembleAsync(SectorFacts facts, SealJob job, string unsealed, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(unsealed))!);
        var sources = new List<PieceSource>(facts.Pieces.Count);
        try
        {
            foreach (SectorPiece piece in facts.Pieces)
            {
                Stream data;
                try
                {
                    data = await Context.Storage.OpenPieceAsync(piece, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
                {
                    throw new StageFailure(StageFault.DataLost, $"piece {piece.Id}: {e.Message}");
                }

                sources.Add(new PieceSource(data, piece.Info.Size) { DataBytes = piece.DataBytes, ExpectedCommP = piece.Info.CommP });
            }

            await StagedSector.WriteAsync(
                unsealed, job.Config.SectorSize, sources, new PieceOptions { DegreeOfParallelism = Context.Degree }, null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (PieceSource source in sources)
                await source.Data.DisposeAsync().ConfigureAwait(false);
        }
    }
}
