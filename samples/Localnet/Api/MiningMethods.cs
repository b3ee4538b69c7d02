using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>Making blocks and taking them.</summary>
internal static class MiningMethods
{
    public static void Register(RpcMethods methods, ApiContext context)
    {
        methods
            .Add("Filecoin.MpoolSelect", RpcPermissions.Read, 2, request => (IReadOnlyList<SignedMessage>)context.Chain.Pool.Select(context.TipSet(request, 0)), ApiJsonContext.Default.IReadOnlyListSignedMessage)
            .Add("Filecoin.SyncSubmitBlock", RpcPermissions.Write, 1, (request, token) => context.Sync.SubmitAsync(request.Read(0, ApiJsonContext.Default.BlockMessage), token));
    }
}
