using System.CommandLine;
using Filecoin.Samples.Drill;

DrillOptions usual = new() { Directory = "", Parameters = "" };
var directory = new Option<string>("--directory") { Description = "Where everybody keeps their files and logs; made anew.", DefaultValueFactory = _ => "artifacts/drill" };
var parameters = new Option<string>("--params") { Description = "Development parameters of the 2 KiB circuits.", DefaultValueFactory = _ => "artifacts/parameters" };
var epochs = new Option<int>("--epochs") { Description = "Epochs under kills; 120 are an hour of mainnet's.", DefaultValueFactory = _ => usual.Epochs };
var epoch = new Option<double>("--epoch") { Description = "Seconds an epoch; 0 lets the machine's speed decide.", DefaultValueFactory = _ => usual.EpochSeconds };
var deadlines = new Option<int>("--deadlines") { Description = "Deadlines of a proving period.", DefaultValueFactory = _ => usual.Deadlines };
var window = new Option<int>("--challenge-window") { Description = "Epochs that a deadline is open.", DefaultValueFactory = _ => usual.Window };
var sectors = new Option<int>("--sectors") { Description = "Sectors of 2 KiB to seal first.", DefaultValueFactory = _ => usual.Sectors };
var kill = new Option<int>("--kill-every") { Description = "Epochs from a kill to the next, on average.", DefaultValueFactory = _ => usual.KillEvery };
var seed = new Option<int>("--seed") { Description = "Draws who is killed, when, and for how long.", DefaultValueFactory = _ => usual.Seed };
var root = new RootCommand("A provider of four processes on a chain of its own: seals, then proves every deadline while they and the chain's node are killed at random.")
{
    directory, parameters, epochs, epoch, deadlines, window, sectors, kill, seed,
};
root.SetAction(async (parsed, cancellation) =>
{
    var options = new DrillOptions
    {
        Directory = Path.GetFullPath(parsed.GetRequiredValue(directory)), Parameters = Path.GetFullPath(parsed.GetRequiredValue(parameters)),
        Epochs = parsed.GetValue(epochs), EpochSeconds = parsed.GetValue(epoch), Deadlines = parsed.GetValue(deadlines), Window = parsed.GetValue(window),
        Sectors = parsed.GetValue(sectors), KillEvery = parsed.GetValue(kill), Seed = parsed.GetValue(seed),
    };
    return await new Drill(options.Validate()).RunAsync(cancellation) ? 0 : 1;
});
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception e) when (e is InvalidOperationException or IOException or ArgumentException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}
