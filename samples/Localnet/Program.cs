using System.CommandLine;
using Filecoin.ChainCo.Rpc;
using Filecoin.Samples.Localnet.Commands;

var root = new RootCommand("A local Filecoin chain in one process, with Lotus's v1 API.")
{
    RunCommand.Create(), AdminCommands.Mine(), AdminCommands.Fork(), AdminCommands.Fault(), LoadCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException or InvalidDataException or TimeoutException or RpcException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}
