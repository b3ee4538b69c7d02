using BenchmarkDotNet.Running;
using Filecoin.Benchmarks.ChainCo;

switch (args)
{
    // The roles that experiments give to processes of their own.
    case [BareForwarder.Command, string port, string to]:
        BareForwarder.Run(port, to);
        break;
    case [BenchmarkDaemon.Command]:
        BenchmarkDaemon.Run();
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(BareForwarder).Assembly).Run(args);
        break;
}
