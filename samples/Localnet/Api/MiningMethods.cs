using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Samples.Localnet.Chain;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>Making blocks and taking them.</summary>
internal static class MiningMethods
{
    public static void Register(RpcMethods methods, ApiContext context)
    {
        methods
            .Add("Filecoin.MinerGetBaseInfo", RpcPermissions.Read, 3, request => context.Chain.Rules.BaseInfo(context.TipSet(request, 2), request.Address(0), request.Epoch(1)), ApiJsonContext.Default.MiningBaseInfo!)
            .Add("Filecoin.MpoolSelect", RpcPermissions.Read, 2, request => (IReadOnlyList<SignedMessage>)context.Chain.Pool.Select(context.TipSet(request, 0)), ApiJsonContext.Default.IReadOnlyListSignedMessage)
            .Add("Filecoin.MinerCreateBlock", RpcPermissions.Write, 1, request => Create(context, request.Read(0, ApiJsonContext.Default.BlockTemplate)), ApiJsonContext.Default.BlockMessage)
            .Add("Filecoin.SyncSubmitBlock", RpcPermissions.Write, 1, (request, token) => context.Sync.SubmitAsync(request.Read(0, ApiJsonContext.Default.BlockMessage), token));
    }

    private static BlockMessage Create(ApiContext context, BlockTemplate template)
    {
        if (!context.Chain.Store.TryGet(template.Parents, out TipSet? parents) || template.Epoch <= parents.Height)
            throw RpcFaultException.Refused("the parents are not known, or not before the epoch");
        Address worker = context.Chain.Rules.ProducerKey(template.Miner)
            ?? (context.Chain.Executions.After(parents).State.TryGetMiner(template.Miner, out MinerState? miner)
                ? miner.Info.Worker : throw RpcFaultException.Refused($"{template.Miner} is no miner"));
        if (context.Keys.Find(context.Sender.KeyAddress(worker)) is not { } key)
            throw RpcFaultException.Refused($"this node lacks the key of worker {worker}");
        FullBlock block = BlockRules.Sign(
            context.Chain.Rules.Assemble(
                template.Miner, parents, template.Epoch, template.Ticket, template.Eproof, template.BeaconValues, template.WinningPoStProof, template.Messages),
            key);
        foreach (Message message in block.Messages)
            context.Chain.Store.Remember(message);
        return new BlockMessage(block.Header, [.. block.Messages.Select(message => message.Cid)], []);
    }
}
