using BenchmarkDotNet.Running;
using Filecoin.Benchmarks.ChainCo;
using Filecoin.Benchmarks.Storage;

switch (args)
{
    // The roles that experiments give to processes of their own.
    case [BareForwarder.Command, string port, string to]:
        BareForwarder.Run(port, to);
        break;
    case [BenchmarkDaemon.Command]:
        BenchmarkDaemon.Run();
        break;
    case [StorageProcess.Command, string database, string directory]:
        await StorageProcess.RunAsync(database, directory);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(BareForwarder).Assembly).Run(args);
        break;
}
