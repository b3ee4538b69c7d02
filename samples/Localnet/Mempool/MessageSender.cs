using System.Numerics;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.Chain;
using Filecoin.Samples.Localnet.Wallet;

namespace Filecoin.Samples.Localnet.Mempool;

/// <summary>What the node does for its clients' messages: estimates gas (lotus node/impl/gasutils), and numbers, signs and pushes.</summary>
internal sealed class MessageSender(LocalChain chain, KeyStore keys)
{
    public const long MinPremium = 100_000;
    private static readonly TokenAmount DefaultMaxFee = new(7 * BigInteger.Pow(10, 16));
    private readonly Lock _lock = new();

    /// <summary>The message with the gas fields filled in that are zero.</summary>
    /// <exception cref="RpcFaultException">Its execution fails.</exception>
    public Message Estimate(Message message, MessageSendSpec? spec, TipSet tipset)
    {
        if (message.GasLimit == 0)
            message = message with { GasLimit = GasLimit(message, tipset) };
        if (message.GasPremium.Atto.IsZero)
            message = message with { GasPremium = new TokenAmount(MinPremium) };
        if (message.GasFeeCap.Atto.IsZero)
            message = message with { GasFeeCap = FeeCap(message, 20, tipset) };
        return Cap(message, spec);
    }

    /// <summary>Gas that a message uses, and a quarter more.</summary>
    /// <exception cref="RpcFaultException">Its execution fails.</exception>
    public long GasLimit(Message message, TipSet tipset)
    {
        AppliedMessage applied = Call(message with { GasLimit = GasSchedule.BlockLimit, GasFeeCap = default, GasPremium = default }, tipset);
        if (applied.Receipt.ExitCode != ExitCode.Ok)
            throw new RpcFaultException(
                applied.Receipt.ExitCode == ExitCode.OutOfGas ? RpcErrorCode.OutOfGas : RpcErrorCode.Generic,
                $"message execution failed: exit {applied.Receipt.ExitCode}, reason: {applied.Error}");
        return Math.Min(GasSchedule.BlockLimit, applied.Receipt.GasUsed + (applied.Receipt.GasUsed / 4));
    }

    /// <summary>A fee cap that the base fee does not pass within some blocks, an eighth each.</summary>
    public TokenAmount FeeCap(Message message, long blocks, TipSet tipset)
    {
        double growth = Math.Pow(1.125, Math.Clamp(blocks, 0, 100));
        TokenAmount baseFee = chain.Executions.After(tipset).BaseFee;
        return new TokenAmount((baseFee.Atto * (BigInteger)(growth * 1000) / 1000) + BigInteger.Max(message.GasPremium.Atto, MinPremium));
    }

    /// <summary>Executes a message upon a tipset for its result alone.</summary>
    public AppliedMessage Call(Message message, TipSet tipset) =>
        chain.Executions.Executor.Call(chain.Executions.After(tipset).State, chain.Executions.Next(tipset), message);

    /// <summary>Numbers, signs and pushes a message; the same MsgUuid gets the message of the first time.</summary>
    /// <exception cref="RpcFaultException">Its execution fails, or the node lacks the key.</exception>
    public SignedMessage Push(Message message, MessageSendSpec? spec, bool lose = false)
    {
        if (message.Nonce != 0)
            throw RpcFaultException.Refused($"MpoolPushMessage expects message nonce to be 0, was {message.Nonce}");
        // One at a time: two messages of one sender must not get one number.
        lock (_lock)
        {
            Guid uuid = spec?.MsgUuid ?? Guid.Empty;
            if (uuid != Guid.Empty && chain.Pool.Find(uuid) is { } known)
                return known;
            message = Estimate(message, spec, chain.Head);
            message = message with { From = KeyAddress(message.From), Nonce = chain.Pool.NextNonce(message.From) };
            SignedMessage signed = Sign(message);
            if (!lose)
                chain.Pool.Push(signed, uuid);
            return signed;
        }
    }

    /// <summary>Signs a message as it is.</summary>
    /// <exception cref="RpcFaultException">The node lacks the key.</exception>
    public SignedMessage Sign(Message message) => new(message, Sign(message.From, message.Cid.Bytes));

    /// <summary>Signs bytes.</summary>
    /// <exception cref="RpcFaultException">The node lacks the key.</exception>
    public Signature Sign(Address account, ReadOnlySpan<byte> data) => keys.Find(KeyAddress(account)) is { } key
        ? new Signature(SignatureType.Bls, key.Sign(data)) : throw RpcFaultException.Refused($"signing using key '{account}': key not found");

    /// <summary>The key address of an account, which need not be on the chain when it is one already.</summary>
    /// <exception cref="RpcFaultException">There is no such account.</exception>
    public Address KeyAddress(Address account) => account.Protocol is AddressProtocol.Bls or AddressProtocol.Secp256k1 ? account
        : chain.Executions.After(chain.Head).State.TryGetAccountKey(account, out Address key) ? key
        : throw new RpcFaultException(RpcErrorCode.ActorNotFound, $"{account}: actor not found");

    private static Message Cap(Message message, MessageSendSpec? spec)
    {
        TokenAmount most = spec is null || spec.MaxFee.Atto.IsZero ? DefaultMaxFee : spec.MaxFee;
        var cap = new TokenAmount(most.Atto / message.GasLimit);
        if (message.GasFeeCap > cap || spec is { MaximizeFeeCap: true })
            message = message with { GasFeeCap = cap };
        return message.GasPremium > message.GasFeeCap ? message with { GasPremium = message.GasFeeCap } : message;
    }
}
