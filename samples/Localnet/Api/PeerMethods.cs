using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>What a Localnet tells beside Lotus's methods: the constants of its network, and who is there.</summary>
internal static class PeerMethods
{
    /// <summary>Takes the caller's API, the first parameter, as a peer.</summary>
    public const string Connect = "Localnet.Connect";

    /// <summary>The network's constants, as JSON that <see cref="ChainCo.Chain.NetworkPolicy"/> is read back from.</summary>
    public const string Policy = "Localnet.Policy";

    public static void Register(RpcMethods methods, ApiContext context)
    {
        methods
            .Add(Policy, RpcPermissions.Read, 0, _ => context.Node.Options.Policy, LocalnetJsonContext.Default.NetworkPolicy)
            .Add(Connect, RpcPermissions.Write, 1, (request, _) =>
            {
                context.Node.Connect(request.Text(0));
                return Task.CompletedTask;
            });
    }
}
