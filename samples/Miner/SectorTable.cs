using System.Globalization;
using Filecoin.Sealing.Pipeline;
using Spectre.Console;

namespace Filecoin.Samples.Miner;

/// <summary>Sectors as people read them.</summary>
internal static class SectorTable
{
    public static string Line(SectorSummary sector) => string.Join("  ", new[]
    {
        sector.Sector.ToString().PadRight(12), sector.Stage.ToString().PadRight(16), sector.State.ToString().PadRight(8), sector.Progress, sector.Reason,
        sector.Command is { } command ? $"→ filecoin-miner {command}" : null,
    }.Where(text => !string.IsNullOrEmpty(text)));

    public static Table Render(IReadOnlyList<SectorSummary> sectors, string caption)
    {
        Table table = new Table().AddColumns("sector", "stage", "state", "since", "at work", "remarks").Caption(Markup.Escape(caption));
        foreach (SectorSummary sector in sectors)
        {
            string color = sector.State switch { SectorState.Proving => "green", SectorState.Failed => "red", SectorState.Held => "red", SectorState.Running => "yellow", _ => "grey" };
            table.AddRow(
                Markup.Escape(sector.Sector.ToString()), sector.Stage.ToString(), $"[{color}]{sector.State}[/]",
                sector.Changed.LocalDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture), Markup.Escape(sector.Progress ?? ""),
                Markup.Escape(sector.Reason ?? ""));
        }

        return table;
    }
}
