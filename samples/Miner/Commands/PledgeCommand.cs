using System.CommandLine;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Data;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>pledge [FILE]</c>: begins a sector, of zeros or with a file in it.</summary>
internal static class PledgeCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo?>("FILE") { Description = "A file that goes into the sector; without it the sector holds zeros.", Arity = ArgumentArity.ZeroOrOne };
        var count = new Option<int>("--count") { Description = "Sectors of zeros.", DefaultValueFactory = _ => 1 };
        return new Command("pledge", "Begins a sector.") { file, count }.OnNode(async (parsed, node, cancellation) =>
        {
            if (parsed.GetValue(file) is { } data)
            {
                Console.WriteLine(await PledgeAsync(node, data, cancellation));
                return;
            }

            foreach (SectorId sector in await node.Pipeline.PledgeAsync(parsed.GetValue(count), cancellation))
                Console.WriteLine(sector);
        });
    }

    public static async Task<SectorId> PledgeAsync(MinerNode node, FileInfo file, CancellationToken cancellation)
    {
        await using FileStream data = file.OpenRead();
        return await node.Pipeline.PledgeAsync(new PieceRequest { Data = data, DataBytes = data.Length }, cancellation);
    }
}
