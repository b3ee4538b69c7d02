using System.CommandLine;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Database;
using Filecoin.Proving.Pieces;
using Filecoin.Samples.Miner;
using Filecoin.Samples.Miner.Commands;
using Filecoin.Sealing.Data;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Pipeline;

var root = new RootCommand("A Filecoin storage provider: seals sectors, proves them, shows the whole of it.")
{
    CommonOptions.Home,
    DemoCommand.Create(),
    InitCommand.Create(),
    RunCommand.Create(),
    PledgeCommand.Create(),
    SectorsCommand.Create(),
    ProvingCommand.Create(),
    TasksCommand.Create(),
    MachinesCommand.Create(),
    StorageCommand.Create(),
    InfoCommand.Create(),
    TokenCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception e) when (e is MinerException or RpcException or DatabaseException or MessageException or SectorStateException or PieceException
    or StagingFullException or IOException or UnauthorizedAccessException or FormatException or ArgumentException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}
