using System.CommandLine;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>finalize DIR</c>: removes layers and trees that only sealing needed.</summary>
internal static class FinalizeCommand
{
    public static Command Create()
    {
        var directory = CommonOptions.Directory();
        var (miner, sector) = (CommonOptions.Miner(), CommonOptions.Sector());
        return new Command("finalize", "Removes layers, TreeC and TreeD of a sealed sector whose PoRep is made.") { directory, miner, sector }.Does(
            (parsed, _, _) =>
            {
                var store = new SectorStore(parsed.GetRequiredValue(directory));
                var manifest = store.Single(parsed.GetValue(miner), parsed.GetValue(sector));
                var job = manifest.Job(store.Directory);
                _ = manifest.Replica;
                SectorSealer.Complete(job);
                return Task.FromResult(new FinalizeResult(manifest.Id.ToString(), job.Paths.Cache));
            },
            WorkerJson.Default.FinalizeResult,
            (result, output) => output.WriteLine($"{result.Sector}: finalized"));
    }
}

/// <summary>A finalized sector.</summary>
internal sealed record FinalizeResult(string Sector, string CacheDirectory);
