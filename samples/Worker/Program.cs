using Filecoin.Samples.Worker;
using Filecoin.Samples.Worker.Commands;

return await Shell.RunAsync(
    args,
    CommPCommand.Create(),
    SealCommand.Create(),
    ProveCommand.Create(),
    ProveSnarkCommand.Create(),
    VerifyCommand.Create(),
    ParamsCommand.Create(),
    CheckCommand.Create(),
    UnsealCommand.Create(),
    FinalizeCommand.Create(),
    BenchCommand.Create(),
    RunCommand.Create());
