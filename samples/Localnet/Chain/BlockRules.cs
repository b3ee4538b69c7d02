using System.Buffers.Binary;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Native.Curves;
using Filecoin.Native.Hashing;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>What a block must be, for making blocks and for checking those of others (lotus chain/consensus/filcns).</summary>
internal sealed class BlockRules(LocalnetOptions options, Genesis genesis, ChainStore store, Executions executions, Beacon beacon)
{
    private readonly WinningRules _winning = new(executions.Executor.Rules);

    /// <summary>When an epoch begins, in whole seconds since 1970: epochs shorter than a second share one.</summary>
    public ulong TimestampOf(ChainEpoch epoch) =>
        genesis.Block.Header.Timestamp + (ulong)(epoch.Value * options.Policy.EpochDuration.Ticks / TimeSpan.TicksPerSecond);

    /// <summary>What a miner with power needs for a block upon a base; null when it has no sector to prove.</summary>
    public MiningBaseInfo? BaseInfo(TipSet parents, Address miner, ChainEpoch epoch) =>
        _winning.BaseInfo(Mining(parents, epoch), miner, epoch, beacon.Between(parents.Height, epoch));

    /// <summary>The block of a producer upon a base; null when it does not win the epoch.</summary>
    public FullBlock? Produce(int producer, TipSet parents, ChainEpoch epoch, IReadOnlyList<SignedMessage> messages)
    {
        Wallet.SecretKey key = genesis.Producers[producer];
        Address miner = Genesis.ProducerAddress(producer);
        byte[] election = key.Sign(Vrf.ElectionInput(beacon.At(epoch), miner, epoch));
        if (!Wins(election))
            return null;
        byte[] ticket = key.Sign(Vrf.TicketInput(beacon.At(epoch), miner, epoch, parents.MinTicket));
        return Sign(Assemble(miner, parents, epoch, new Ticket(ticket), new ElectionProof(1, election), beacon.Between(parents.Height, epoch), [], messages), key);
    }

    /// <summary>The key by which a producer makes blocks; null for all other miners.</summary>
    public Address? ProducerKey(Address miner) => IsProducer(miner, out int index) ? genesis.Producers[index].Address : null;

    // Elections are held by the state of a finality ago, so that nobody can choose the power with which it is drawn (lotus chain/stmgr GetLookbackTipSetForRound).
    private MiningBase Mining(TipSet parents, ChainEpoch epoch)
    {
        ChainEpoch back = Math.Max(0, epoch.Value - options.Policy.ChainFinality);
        TipSet lookback = back >= parents.Height ? parents : store.ByHeight(back, parents, after: false)!;
        return new MiningBase(
            executions.After(lookback).State, executions.After(parents).State, parents.Height, parents.MinTicket, beacon.At(parents.Height));
    }

    /// <summary>A block without its signature.</summary>
    public FullBlock Assemble(
        Address miner, TipSet parents, ChainEpoch epoch, Ticket ticket, ElectionProof election, IReadOnlyList<BeaconEntry> beacons,
        IReadOnlyList<PoStProof> proof, IReadOnlyList<SignedMessage> messages)
    {
        TipSetOutcome before = executions.After(parents);
        return new FullBlock(
            new BlockHeader
            {
                Miner = miner, Ticket = ticket, ElectionProof = election, BeaconEntries = beacons, WinPoStProof = proof, Parents = parents.Key.Cids,
                ParentWeight = executions.Weight(parents), Height = epoch, ParentStateRoot = before.State.Root, ParentMessageReceipts = before.ReceiptsRoot,
                Messages = FullBlock.MessagesRoot(messages.Select(message => message.Message.Cid)), BLSAggregate = Aggregate(messages),
                Timestamp = TimestampOf(epoch), ParentBaseFee = before.BaseFee,
            },
            [.. messages.Select(message => message.Message)]);
    }

    /// <summary>A block with its miner's signature.</summary>
    public static FullBlock Sign(FullBlock block, Wallet.SecretKey key) => block with
    {
        Header = block.Header with { BlockSig = new Signature(SignatureType.Bls, key.Sign(block.Header.SigningBytes())) },
    };

    /// <summary>Checks everything of a block whose parents are stored.</summary>
    /// <exception cref="BlockException">The first thing that is wrong.</exception>
    public void Check(FullBlock block)
    {
        BlockHeader header = block.Header;
        if (!store.TryGet(new TipSetKey(header.Parents), out TipSet? parents) || header.Parents.Count == 0)
            throw new BlockException("the parents are not known");
        Require(header.Height > parents.Height, $"height {header.Height} on parents at {parents.Height}");
        Require(header.Timestamp == TimestampOf(header.Height), $"timestamp {header.Timestamp} at height {header.Height}, expected {TimestampOf(header.Height)}");
        Require(header.Messages == FullBlock.MessagesRoot(block.Messages.Select(message => message.Cid)), "the messages are not those of the header");
        TipSetOutcome before = executions.After(parents);
        Require(header.ParentWeight == executions.Weight(parents), $"parent weight {header.ParentWeight}, expected {executions.Weight(parents)}");
        Require(header.ParentStateRoot == before.State.Root, $"parent state {header.ParentStateRoot}, expected {before.State.Root}");
        Require(header.ParentMessageReceipts == before.ReceiptsRoot, $"parent receipts {header.ParentMessageReceipts}, expected {before.ReceiptsRoot}");
        Require(header.ParentBaseFee == before.BaseFee, $"parent base fee {header.ParentBaseFee}, expected {before.BaseFee}");
        Require(header.BeaconEntries.SequenceEqual(beacon.Between(parents.Height, header.Height), BeaconEntryComparer.Instance), "the beacon entries are not the beacon's");
        CheckMiner(header, parents);
        CheckMessages(block, before);
    }

    private void CheckMiner(BlockHeader header, TipSet parents)
    {
        Require(header.ElectionProof is not null && header.Ticket is not null && header.BlockSig is { Type: SignatureType.Bls }, "a ticket, an election proof or a signature is missing");
        if (!IsProducer(header.Miner, out int producer))
        {
            if (_winning.Reject(Mining(parents, header.Height), header) is { } fault)
                throw new BlockException(fault);
            return;
        }

        BeaconEntry entry = beacon.At(header.Height);
        Address key = genesis.Producers[producer].Address;
        Require(header.WinPoStProof.Count == 0 && header.ElectionProof!.WinCount == 1, "a producer's block has one win and no PoSt");
        Require(Wins(header.ElectionProof!.VRFProof.Span), "the election proof does not win");
        Require(Vrf.Verify(key, Vrf.ElectionInput(entry, header.Miner, header.Height), header.ElectionProof!.VRFProof.Span), "the election proof does not verify");
        Require(Vrf.Verify(key, Vrf.TicketInput(entry, header.Miner, header.Height, parents.MinTicket), header.Ticket!.VRFProof.Span), "the ticket does not verify");
        Require(Vrf.Verify(key, header.SigningBytes(), header.BlockSig!.Data.Span), "the block's signature does not verify");
    }

    private bool IsProducer(Address miner, out int index)
    {
        index = miner.TryGetId(out ulong id) && id >= SingletonActors.FirstAccount && id < SingletonActors.FirstAccount + (ulong)options.Producers
            ? (int)(id - SingletonActors.FirstAccount) : -1;
        return index >= 0;
    }

    private static void CheckMessages(FullBlock block, TipSetOutcome before)
    {
        var nonces = new Dictionary<ulong, ulong>();
        var keys = new List<G1Affine>();
        long gas = 0;
        foreach (Message message in block.Messages)
        {
            if (!before.State.TryResolve(message.From, out ulong sender) || !before.State.TryGetAccountKey(message.From, out Address key))
                throw new BlockException($"message of {message.From}, which is no account");
            ulong expected = nonces.TryGetValue(sender, out ulong next) ? next : before.State.Actors[sender].Nonce;
            Require(message.Nonce == expected, $"message {message.Nonce} of {message.From}, expected {expected}");
            nonces[sender] = expected + 1;
            Require(message.GasLimit is > 0 and <= GasSchedule.BlockLimit, $"a gas limit of {message.GasLimit}");
            gas += message.GasLimit;
            Require(gas <= GasSchedule.BlockLimit, $"messages of {gas} gas, at most {GasSchedule.BlockLimit}");
            keys.Add(G1Affine.ReadCompressed(key.Payload));
        }

        Require(block.Header.BLSAggregate is { Type: SignatureType.Bls }, "the aggregate of the messages' signatures is missing");
        if (keys.Count == 0)
            return;
        try
        {
            List<ReadOnlyMemory<byte>> signed = [.. block.Messages.Select(message => (ReadOnlyMemory<byte>)message.Cid.Bytes.ToArray())];
            Require(BlsSignatures.VerifyAggregate(keys.ToArray(), signed, G2Affine.ReadCompressed(block.Header.BLSAggregate!.Data.Span)), "the messages' signatures do not verify");
        }
        catch (PointDecodingException e)
        {
            throw new BlockException($"the messages' signatures: {e.Message}");
        }
    }

    private static Signature Aggregate(IReadOnlyList<SignedMessage> messages) => new(
        SignatureType.Bls,
        messages.Count == 0 ? G2Projective.Infinity.ToAffine().ToCompressed()
            : BlsSignatures.Aggregate([.. messages.Select(message => G2Affine.ReadCompressed(message.Signature.Data.Span))]).ToCompressed());

    // The chance of a producer: the first bits of its election proof's digest as a fraction.
    private bool Wins(ReadOnlySpan<byte> election)
    {
        byte[] digest = new byte[32];
        Blake2b.Hash256(election, digest);
        return (BinaryPrimitives.ReadUInt64BigEndian(digest) >> 11) * (1.0 / (1UL << 53)) >= options.NullRate;
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
            throw new BlockException(fault);
    }

    private sealed class BeaconEntryComparer : IEqualityComparer<BeaconEntry>
    {
        public static readonly BeaconEntryComparer Instance = new();

        public bool Equals(BeaconEntry? x, BeaconEntry? y) => x is not null && y is not null && x.Round == y.Round && x.Data.Span.SequenceEqual(y.Data.Span);

        public int GetHashCode(BeaconEntry obj) => obj.Round.GetHashCode();
    }
}
