using System.CommandLine;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>token --perm P</c>: what a worker shows to join.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var permission = new Option<string>("--perm") { Description = "read, write, sign or admin; each with the lesser ones.", DefaultValueFactory = _ => "admin" };
        var command = new Command("token", "Makes a token for the hub's API.") { permission };
        command.SetAction(parsed =>
        {
            RpcPermissions most = RpcTokenKey.Parse(parsed.GetRequiredValue(permission));
            if (most == RpcPermissions.None)
                throw new MinerException($"--perm: expected read, write, sign or admin, found {parsed.GetRequiredValue(permission)}");
            // read 1, write 2, sign 4, admin 8: all up to the one asked for.
            var home = new MinerHome(parsed.GetRequiredValue(CommonOptions.Home));
            Console.WriteLine(RpcTokenKey.OpenOrCreate(home.PathOf(Hub.KeyFile)).Sign((RpcPermissions)(((int)most << 1) - 1), "worker"));
        });
        return command;
    }
}
