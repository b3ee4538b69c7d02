using System.CommandLine;
using System.Globalization;
using Filecoin.Sealing.Pipeline;
using Spectre.Console;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>sectors list|show|retry|remove</c>.</summary>
internal static class SectorsCommand
{
    public static Command Create()
    {
        var all = new Option<bool>("--all") { Description = "Removed sectors too." };
        Command list = new Command("list", "Every sector: stage, state, and what it waits for.") { all }.OnNode(async (parsed, node, cancellation) =>
        {
            var filter = new SectorFilter { States = parsed.GetValue(all) ? Enum.GetValues<SectorState>() : [] };
            while (await node.Pipeline.ListAsync(filter, cancellation) is { Count: > 0 } page)
            {
                foreach (SectorSummary sector in page)
                    Console.WriteLine(SectorTable.Line(sector));
                filter = filter with { After = page[^1].Sector.Number.Value };
            }
        });
        Argument<ulong> number = Number();
        Command show = new Command("show", "All that is known of a sector, with every run of every stage.") { number }.OnNode(async (parsed, node, cancellation) =>
            Show(await node.Pipeline.ShowAsync(parsed.GetRequiredValue(number), cancellation) ?? throw new MinerException($"there is no sector {parsed.GetRequiredValue(number)}")));
        Argument<ulong> stuck = Number();
        var from = new Option<SealStage?>("--from") { Description = $"Where it begins anew: {string.Join(", ", Enum.GetNames<SealStage>())}. Default: its stage." };
        Command retry = new Command("retry", "Lets a sector go on that was handed to you.") { stuck, from }.OnNode((parsed, node, cancellation) =>
            node.Pipeline.RetryAsync(parsed.GetRequiredValue(stuck), parsed.GetValue(from), cancellation));
        Argument<ulong> gone = Number();
        Command remove = new Command("remove", "Takes a sector out that the chain does not prove. Its number stays spent.") { gone }.OnNode((parsed, node, cancellation) =>
            node.Pipeline.RemoveAsync(parsed.GetRequiredValue(gone), cancellation));
        return new Command("sectors", "The miner's sectors.") { list, show, retry, remove };
    }

    private static Argument<ulong> Number() => new("NUMBER") { Description = "The sector's number." };

    private static void Show(SectorDetails sector)
    {
        Console.WriteLine(SectorTable.Line(sector.Summary));
        Console.WriteLine($"proof   {sector.Summary.Proof}");
        Console.WriteLine($"CommD   {sector.CommD}");
        Console.WriteLine($"CommR   {sector.CommR?.ToString() ?? "not yet"}");
        if (sector.Ticket is { } ticket)
            Console.WriteLine($"ticket  {ticket.Ticket} of epoch {ticket.Epoch}");
        if (sector.Seed is { } seed)
            Console.WriteLine($"seed    {seed.Seed} of epoch {seed.Epoch}");
        if (sector.Proof is { } proof)
            Console.WriteLine($"proof   {Convert.ToHexStringLower(proof.Span)}");
        foreach (SectorPiece piece in sector.Pieces)
            Console.WriteLine($"piece   {piece.Info.Cid}, {piece.DataBytes} bytes in {piece.PaddedSize} padded");
        Table history = new Table().AddColumns("run", "stage", "outcome", "machine", "began", "took", "reason");
        foreach (StageRun run in sector.History)
        {
            history.AddRow(
                run.Run.ToString(CultureInfo.InvariantCulture), run.Stage.ToString(), run.Void ? $"{run.Outcome}, void" : run.Outcome.ToString(), Markup.Escape(run.Machine ?? ""),
                run.Started.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
                run.Ended is { } ended ? $"{(ended - run.Started).TotalSeconds:0.0} s" : "", Markup.Escape(run.Reason ?? ""));
        }

        AnsiConsole.Write(history);
    }
}
