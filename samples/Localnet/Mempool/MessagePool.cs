using System.Collections.Concurrent;
using System.Numerics;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.Chain;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Mempool;

/// <summary>Messages that wait for a block (lotus chain/messagepool): numbered without gaps by sender, replaced only by a better fee.</summary>
/// <param name="store">The chain.</param>
/// <param name="executions">Its states.</param>
/// <param name="directory">Where clients' messages are kept, as Lotus keeps its local messages; null for nowhere.</param>
internal sealed class MessagePool(ChainStore store, Executions executions, ChainDirectory? directory)
{
    private const int MaxNonceGap = 4;
    private const int MaxPendingOfSender = 1000;
    private const int ReplacePercent = 125;
    private readonly Lock _lock = new();
    private readonly Dictionary<Address, SortedDictionary<ulong, SignedMessage>> _pending = [];

    // Blocks hold one signature for all their messages; those that a reorganisation brings back are taken from here.
    private readonly ConcurrentDictionary<Cid, Signature> _signatures = new();

    private readonly ConcurrentDictionary<Guid, SignedMessage> _byUuid = new();

    /// <summary>What came and what left: for MpoolSub.</summary>
    public event Action<SignedMessage, bool>? Changed;

    /// <summary>All messages in the pool, by sender and number.</summary>
    public IReadOnlyList<SignedMessage> Pending()
    {
        lock (_lock)
            return [.. _pending.Values.SelectMany(messages => messages.Values)];
    }

    /// <summary>The number of an account's next message.</summary>
    /// <exception cref="PoolException">There is no such account.</exception>
    public ulong NextNonce(Address account)
    {
        lock (_lock)
        {
            (Address key, ActorEntry actor) = Sender(account);
            ulong next = actor.Nonce;
            while (_pending.TryGetValue(key, out SortedDictionary<ulong, SignedMessage>? messages) && messages.ContainsKey(next))
                next++;
            return next;
        }
    }

    /// <summary>The message that was pushed under a MsgUuid; null when there is none.</summary>
    public SignedMessage? Find(Guid uuid) => _byUuid.GetValueOrDefault(uuid);

    /// <summary>Takes back what was kept on disk, unless the chain has gone past it.</summary>
    public void Restore(KeptMessage kept)
    {
        (Guid uuid, SignedMessage signed) = kept;
        if (uuid != Guid.Empty)
            _byUuid[uuid] = signed;
        _signatures[signed.Message.Cid] = signed.Signature;
        store.Remember(signed.Message);
        lock (_lock)
        {
            (Address key, ActorEntry actor) = Sender(signed.Message.From);
            if (signed.Message.Nonce < actor.Nonce)
                return;
            if (!_pending.TryGetValue(key, out SortedDictionary<ulong, SignedMessage>? messages))
                _pending[key] = messages = [];
            messages[signed.Message.Nonce] = signed;
        }
    }

    /// <summary>Takes a message in; with a MsgUuid it can be found by that.</summary>
    /// <exception cref="PoolException">It cannot be executed, or there is one of its number already.</exception>
    public Cid Push(SignedMessage signed, Guid uuid = default)
    {
        Message message = signed.Message;
        if (signed.Signature.Type != SignatureType.Bls)
            throw new PoolException($"signature type {signed.Signature.Type}: this network has BLS accounts only");
        if (message.GasLimit is <= 0 or > GasSchedule.BlockLimit)
            throw new PoolException($"message will not be included in a block: 'GasLimit' {message.GasLimit} is not 1 to {GasSchedule.BlockLimit}");
        if (message.GasFeeCap < Executions.InitialBaseFee || message.GasPremium > message.GasFeeCap || message.GasPremium < default(TokenAmount) || message.Value < default(TokenAmount))
            throw new PoolException("message will not be included in a block: gas fee cap, premium or value out of range");
        Address key;
        lock (_lock)
            key = Sender(message.From).Key;
        if (!Vrf.Verify(key, message.Cid.Bytes, signed.Signature.Data.Span))
            throw new PoolException("signature verification failed: bls signature failed to verify");
        lock (_lock)
        {
            (key, ActorEntry actor) = Sender(message.From);
            if (message.Nonce < actor.Nonce)
                throw new PoolException($"minimum expected nonce is {actor.Nonce}: message nonce too low");
            SortedDictionary<ulong, SignedMessage> messages = _pending.TryGetValue(key, out SortedDictionary<ulong, SignedMessage>? known) ? known : [];
            ulong next = NextNonce(key);
            if (message.Nonce > next + MaxNonceGap)
                throw new PoolException($"message nonce has too big a gap from expected nonce (Nonce: {message.Nonce}, nextNonce: {next}): unfulfilled nonce gap");
            if (messages.TryGetValue(message.Nonce, out SignedMessage? other))
                Replaces(message, other.Message);
            else if (messages.Count >= MaxPendingOfSender)
                throw new PoolException($"too many pending messages for actor {message.From}: {messages.Count}");
            TokenAmount needed = messages.Values.Where(m => m.Message.Nonce < message.Nonce).Append(signed).Aggregate(default(TokenAmount), (sum, m) => sum + Cost(m.Message));
            if (actor.Balance < needed)
                throw new PoolException($"not enough funds to execute transaction: {actor.Balance} attoFIL, {needed} needed");
            directory?.Add(new KeptMessage(uuid, signed));
            if (uuid != Guid.Empty)
                _byUuid[uuid] = signed;
            messages[message.Nonce] = signed;
            _pending[key] = messages;
            _signatures[message.Cid] = signed.Signature;
        }

        store.Remember(message);
        Changed?.Invoke(signed, true);
        return signed.Cid;
    }

    /// <summary>A message's signature, if it passed through this pool.</summary>
    public Signature? SignatureOf(Cid message) => _signatures.GetValueOrDefault(message);

    /// <summary>Messages for a block upon a tipset: those that can be executed, the best premium of each sender's next first, up to a block's gas.</summary>
    public List<SignedMessage> Select(TipSet tipset)
    {
        TipSetOutcome outcome = executions.After(tipset);
        var next = new Dictionary<Address, ulong>();
        var selected = new List<SignedMessage>();
        long gas = 0;
        lock (_lock)
        {
            foreach (Address key in _pending.Keys)
            {
                if (outcome.State.TryGetActor(key, out ActorEntry? actor))
                    next[key] = actor.Nonce;
            }

            while (true)
            {
                SignedMessage? best = null;
                Address sender = default;
                foreach ((Address key, ulong nonce) in next)
                {
                    if (_pending[key].TryGetValue(nonce, out SignedMessage? candidate) && candidate.Message.GasFeeCap >= outcome.BaseFee
                        && gas + candidate.Message.GasLimit <= GasSchedule.BlockLimit && (best is null || candidate.Message.GasPremium > best.Message.GasPremium))
                        (best, sender) = (candidate, key);
                }

                if (best is null)
                    return selected;
                next[sender]++;
                gas += best.Message.GasLimit;
                selected.Add(best);
            }
        }
    }

    /// <summary>Follows the head: what reverted blocks held comes back, what the chain has executed leaves.</summary>
    public void HeadMoved(IReadOnlyList<HeadChange> changes)
    {
        var left = new List<SignedMessage>();
        lock (_lock)
        {
            foreach (BlockHeader header in changes.Where(change => change.Type == HeadChangeType.Revert).SelectMany(change => change.Val.Blocks))
            {
                foreach (Message message in store.FindBlock(header.Cid)!.Messages)
                {
                    if (SignatureOf(message.Cid) is not { } signature)
                        continue;
                    Address key = Sender(message.From).Key;
                    if (!_pending.TryGetValue(key, out SortedDictionary<ulong, SignedMessage>? messages))
                        _pending[key] = messages = [];
                    messages.TryAdd(message.Nonce, new SignedMessage(message, signature));
                }
            }

            foreach ((Address key, SortedDictionary<ulong, SignedMessage> messages) in _pending.ToList())
            {
                ulong nonce = Sender(key).Actor.Nonce;
                while (messages.Count > 0 && messages.First() is var (number, message) && number < nonce)
                {
                    messages.Remove(number);
                    left.Add(message);
                }

                if (messages.Count == 0)
                    _pending.Remove(key);
            }
        }

        foreach (SignedMessage message in left)
            Changed?.Invoke(message, false);
    }

    private static void Replaces(Message message, Message other)
    {
        if (message.Cid == other.Cid)
            throw new PoolException($"message from {message.From} with nonce {message.Nonce} already in mpool: message with nonce already exists");
        var least = new TokenAmount((other.GasPremium.Atto * ReplacePercent / 100) + BigInteger.One);
        if (message.GasPremium < least)
        {
            throw new PoolException(
                $"message from {message.From} with nonce {message.Nonce} already in mpool, increase GasPremium to {least} from {message.GasPremium} to trigger replace by fee: replace by fee has too low GasPremium");
        }
    }

    private static TokenAmount Cost(Message message) => message.Value + (message.GasFeeCap * message.GasLimit);

    private (Address Key, ActorEntry Actor) Sender(Address account)
    {
        StateTree state = executions.After(store.View.Head).State;
        return state.TryGetAccountKey(account, out Address key) && key.IsDefined && state.TryGetActor(key, out ActorEntry? actor)
            ? (key, actor) : throw new PoolException($"resolution lookup failed ({account}): actor not found");
    }
}

/// <summary>A message that the pool does not take.</summary>
/// <param name="message">Why.</param>
internal sealed class PoolException(string message) : Exception(message);
