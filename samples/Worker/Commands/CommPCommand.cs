using System.CommandLine;
using Filecoin.Proving.Pieces;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>commp FILE</c>: the piece commitment of a file of any length.</summary>
internal static class CommPCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The data; '-' for standard input." };
        return new Command("commp", "Computes the piece commitment (CommP) and piece CID of a file.") { file }.Does(
            (parsed, phases, cancellation) => RunAsync(parsed.GetRequiredValue(file), phases, cancellation),
            WorkerJson.Default.CommPResult,
            (result, output) =>
            {
                output.WriteLine($"piece CID:   {result.PieceCid}");
                output.WriteLine($"CommP:       {result.CommP}");
                output.WriteLine($"padded size: {result.PaddedSize}");
                output.WriteLine($"data bytes:  {result.DataBytes}");
            });
    }

    private static async Task<CommPResult> RunAsync(string file, Phases phases, CancellationToken cancellation)
    {
        await using var data = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        var total = data.CanSeek ? data.Length : 0;
        var options = new PieceOptions { DegreeOfParallelism = phases.Threads };
        var (piece, bytes) = await PieceCommitment.ComputeAsync(data, options, phases.Of("commp", total), cancellation);
        return new CommPResult(piece.Cid.ToString(), piece.CommP.ToString(), piece.Size.Padded, piece.Size.Unpadded, bytes, phases.Times);
    }
}

/// <summary>A piece commitment.</summary>
internal sealed record CommPResult(
    string PieceCid, string CommP, long PaddedSize, long UnpaddedSize, long DataBytes, IReadOnlyList<PhaseTime> Phases);
