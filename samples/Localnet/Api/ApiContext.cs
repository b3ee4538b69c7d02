using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.Chain;
using Filecoin.Samples.Localnet.Faults;
using Filecoin.Samples.Localnet.Mempool;
using Filecoin.Samples.Localnet.Peers;
using Filecoin.Samples.Localnet.State;
using Filecoin.Samples.Localnet.Wallet;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>What the methods stand on.</summary>
internal sealed record ApiContext(
    LocalnetNode Node, LocalChain Chain, KeyStore Keys, MessageSender Sender, Synchronizer Sync, FaultInjector Faults, RpcTokenKey Tokens)
{
    /// <summary>The tipset of a parameter; the head when it is left out.</summary>
    /// <exception cref="RpcFaultException">It is not known.</exception>
    public TipSet TipSet(RpcRequest request, int position)
    {
        TipSetKey key = request.Key(position);
        return Chain.Store.TryGet(key, out TipSet? tipset) ? tipset : throw RpcFaultException.Refused($"loading tipset {key}: blockstore: block not found");
    }

    /// <summary>The state that reads at a tipset see.</summary>
    public StateTree State(RpcRequest request, int position) => Chain.Executions.At(TipSet(request, position));

    /// <summary>Questions to that state.</summary>
    /// <exception cref="RpcFaultException">The tipset is not known.</exception>
    public StateQueries Query(RpcRequest request, int position)
    {
        TipSet tipset = TipSet(request, position);
        return new StateQueries(Chain.Executions.Executor.Rules, Chain.Executions.At(tipset), tipset.Height);
    }
}
