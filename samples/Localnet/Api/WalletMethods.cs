using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Samples.Localnet.Chain;
using Filecoin.Samples.Localnet.State;
using Filecoin.Samples.Localnet.Wallet;

namespace Filecoin.Samples.Localnet.Api;

/// <summary>The node's keys.</summary>
internal static class WalletMethods
{
    private const string Bls = "bls";

    public static void Register(RpcMethods methods, ApiContext context)
    {
        KeyStore keys = context.Keys;
        methods
            .Add("Filecoin.WalletList", RpcPermissions.Write, 0, _ => keys.List(), ApiJsonContext.Default.IReadOnlyListAddress)
            .Add("Filecoin.WalletHas", RpcPermissions.Write, 1, request => keys.Find(context.Sender.KeyAddress(request.Address(0))) is not null, LocalnetJsonContext.Default.Boolean)
            .Add("Filecoin.WalletDefaultAddress", RpcPermissions.Write, 0, _ => keys.List() is { Count: > 0 } all ? all[0] : default, ApiJsonContext.Default.Address)
            .Add("Filecoin.WalletBalance", RpcPermissions.Read, 1, request => Balance(context, request.Address(0)), ApiJsonContext.Default.TokenAmount)
            .Add("Filecoin.WalletNew", RpcPermissions.Write, 1, request => request.Text(0) == Bls ? keys.Add(SecretKey.Generate()) : throw RpcFaultException.Refused("this network has BLS accounts only"), ApiJsonContext.Default.Address)
            .Add("Filecoin.WalletImport", RpcPermissions.Admin, 1, request => Import(keys, request.Read(0, LocalnetJsonContext.Default.KeyInfo)), ApiJsonContext.Default.Address)
            .Add("Filecoin.WalletExport", RpcPermissions.Admin, 1, request => keys.Find(context.Sender.KeyAddress(request.Address(0))) is { } key ? new KeyInfo(Bls, key.Export()) : throw RpcFaultException.Refused("key not found"), LocalnetJsonContext.Default.KeyInfo)
            .Add("Filecoin.WalletSign", RpcPermissions.Sign, 2, request => context.Sender.Sign(request.Address(0), request.Bytes(1)), ApiJsonContext.Default.Signature)
            .Add("Filecoin.WalletSignMessage", RpcPermissions.Sign, 2, request => SignMessage(context, request), ApiJsonContext.Default.SignedMessage)
            .Add("Filecoin.WalletVerify", RpcPermissions.Read, 3, request => Vrf.Verify(context.Sender.KeyAddress(request.Address(0)), request.Bytes(1), request.Read(2, ApiJsonContext.Default.Signature).Data.Span), LocalnetJsonContext.Default.Boolean);
    }

    private static TokenAmount Balance(ApiContext context, Address account) =>
        context.Chain.Executions.After(context.Chain.Head).State.TryGetActor(account, out ActorEntry? actor) ? actor.Balance : default;

    private static Address Import(KeyStore keys, KeyInfo key)
    {
        if (key.Type != Bls)
            throw RpcFaultException.Refused("this network has BLS accounts only");
        try
        {
            return keys.Add(SecretKey.Read(key.PrivateKey.Span));
        }
        catch (ArgumentException)
        {
            throw RpcFaultException.InvalidParams("PrivateKey: expected 32 bytes that are a BLS key");
        }
    }

    private static SignedMessage SignMessage(ApiContext context, RpcRequest request)
    {
        Message message = request.Read(1, ApiJsonContext.Default.Message);
        Address key = context.Sender.KeyAddress(request.Address(0));
        return context.Sender.KeyAddress(message.From) == key
            ? context.Sender.Sign(message) : throw RpcFaultException.Refused($"the message is from {message.From}, the key asked for is that of {key}");
    }
}
