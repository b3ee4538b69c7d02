using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>What tests and demos ask of a node: blocks, forks, faults.</summary>
internal static class AdminMethods
{
    public static void Register(RpcMethods methods, ApiContext context)
    {
        methods
            .Add("Localnet.Mine", RpcPermissions.Admin, 2, (request, token) => context.Node.MineAsync((int)Math.Clamp(request.Int64(0), 0, 100_000), request.Count > 1 ? (int)Math.Clamp(request.Int64(1), 0, 100_000) : 0, token), ApiJsonContext.Default.TipSet, optional: 1)
            .Add("Localnet.Fork", RpcPermissions.Admin, 1, (request, token) => context.Node.ForkAsync((int)Math.Clamp(request.Int64(0), 0, 100_000), token), ApiJsonContext.Default.TipSet)
            .Add("Localnet.SetFault", RpcPermissions.Admin, 1, (request, _) =>
            {
                context.Node.SetFault(request.Read(0, LocalnetJsonContext.Default.FaultOptions));
                return Task.CompletedTask;
            })
            .Add("Localnet.GetFault", RpcPermissions.Admin, 0, _ => context.Faults.Current, LocalnetJsonContext.Default.FaultOptions);
    }
}
