using System.CommandLine;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Storage.Index;
using Filecoin.Proving.Storage.Paths;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>storage list|init</c>.</summary>
internal static class StorageCommand
{
    public static Command Create()
    {
        Command list = new Command("list", "Storage paths of all machines.").OnNode(async (_, node, cancellation) =>
        {
            foreach (StorageId id in await node.Index.ListPathsAsync(cancellation))
            {
                StorageInfo info = await node.Index.InfoAsync(id, cancellation);
                Console.WriteLine($"{id}  {(info.CanSeal ? "seal " : "")}{(info.CanStore ? "store " : "")}weight {info.Weight}  {string.Join(' ', info.Urls)}");
            }
        });
        var directory = new Argument<string>("DIR") { Description = "The directory." };
        var seal = new Option<bool>("--seal") { Description = "Sectors are sealed there." };
        var store = new Option<bool>("--store") { Description = "Sectors stay there." };
        var init = new Command("init", "Writes sectorstore.json into a directory; name the directory in miner.json then.") { directory, seal, store };
        init.SetAction(parsed => Init(parsed.GetRequiredValue(directory), parsed.GetValue(seal), parsed.GetValue(store)));
        return new Command("storage", "Storage paths.") { list, init };
    }

    public static void Init(string directory, bool seal, bool store)
    {
        Directory.CreateDirectory(directory);
        if (File.Exists(Path.Combine(directory, StorageLayout.MetaFile)))
            throw new MinerException($"{directory} is a storage path already");
        new StoragePathConfig { Id = StorageId.Create(), CanSeal = seal, CanStore = store }.Write(directory);
    }
}
