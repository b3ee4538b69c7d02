using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Native.Curves;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Samples.Localnet.Actors.Miner;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Localnet.Tests.Actors;

/// <summary>A chain of one tipset an epoch, made of messages from accounts with plenty of FIL.</summary>
internal sealed class TestChain
{
    public static readonly NetworkPolicy Policy = NetworkPolicy.Development(TimeSpan.FromSeconds(1), deadlines: 4, challengeWindow: 6, preCommitChallengeDelay: 4);
    public static readonly Address Owner = Key(1), Worker = KeyOfWorker(), Stranger = Key(3);
    private readonly Executor _executor;

    public TestChain(
        ISealVerifier seals, IPoStVerifier posts, NetworkPolicy? policy = null, bool verifyEvery = false, ISealAggregateVerifier? aggregates = null)
    {
        Rules = new ExecutionRules(policy ?? Policy, seals, aggregates ?? new FakeVerifier(), posts) { VerifyEveryWindowPoSt = verifyEvery };
        _executor = new Executor(Rules);
        State = GenesisState.Create([.. new[] { Owner, Worker, Stranger }.Select(key => new GenesisAccount(key, TokenAmount.FromFil(1_000_000)))]);
    }

    public ExecutionRules Rules { get; }

    public StateTree State { get; private set; }

    /// <summary>The epoch of the last tipset.</summary>
    public long Epoch { get; private set; } = 40;

    public Address Miner { get; private set; }

    public ulong MinerId => Miner.TryGetId(out ulong id) ? id : throw new InvalidOperationException("no miner yet");

    public MinerState MinerState => State.Miners[MinerId];

    public TestRandomness Randomness { get; } = new();

    public static Address Key(byte seed)
    {
        byte[] key = new byte[48];
        Array.Fill(key, seed);
        return Address.FromBlsPublicKey(key);
    }

    /// <summary>The worker is the one who signs.</summary>
    public static BlsSecretKey SecretOfWorker() => BlsSecretKey.Read([2, .. new byte[31]]);

    /// <summary>One epoch with these messages.</summary>
    public IReadOnlyList<AppliedMessage> Next(params IReadOnlyList<Message> messages)
    {
        Epoch++;
        ExecutionResult result = _executor.Apply(State, Context(messages));
        State = result.State;
        return result.Messages;
    }

    /// <summary>One epoch with one message.</summary>
    public AppliedMessage Send(Address to, ulong method, ReadOnlyMemory<byte> parameters = default, Address? from = null, TokenAmount value = default) =>
        Assert.Single(Next(Message(to, method, parameters, from, value)));

    /// <summary>One epoch with one message to the miner.</summary>
    public AppliedMessage Send<T>(ulong method, T parameters, Address? from = null)
        where T : ICborValue<T> => Send(Miner, method, DagCbor.Encode(parameters), from);

    public Message Message(Address to, ulong method, ReadOnlyMemory<byte> parameters = default, Address? from = null, TokenAmount value = default)
    {
        Address sender = from ?? Worker;
        State.TryGetActor(sender, out ActorEntry? actor);
        return new Message
        {
            To = to,
            From = sender,
            Nonce = actor!.Nonce,
            Value = value,
            GasLimit = 5_000_000_000,
            GasFeeCap = new TokenAmount(1000),
            GasPremium = new TokenAmount(10),
            Method = method,
            Params = parameters,
        };
    }

    /// <summary>Epochs without messages until this one is the last.</summary>
    public void AdvanceTo(long epoch)
    {
        while (Epoch < epoch)
            Next();
    }

    public void CreateMiner()
    {
        AppliedMessage created = Send(
            Address.FromId(SingletonActors.Power), PowerMethods.CreateMiner,
            DagCbor.Encode(new CreateMinerParams(Owner, Worker, (long)RegisteredPoStProof.StackedDrgWindow2KiBV1_1, ReadOnlyMemory<byte>.Empty, [])),
            Owner, TokenAmount.FromFil(10_000));
        Assert.Null(created.Error);
        Miner = DagCbor.Decode<CreateMinerReturn>(created.Receipt.Return.Span).IdAddress;
    }

    /// <summary>The deadline open in the tipset to come.</summary>
    public DeadlineInfo NextDeadline => DeadlineRules.Current(Rules.Policy, MinerState.ProvingPeriodStart, Epoch + 1);

    /// <summary>Goes on until the next tipset is in a deadline's window.</summary>
    public DeadlineInfo AdvanceToDeadline(ulong index)
    {
        while (NextDeadline.Index != index)
            Next();
        return NextDeadline;
    }

    public byte[] Entropy => ChainRandomness.EntropyOf(Miner);

    public SectorPreCommitInfo PreCommitInfo(ulong sector, long? expiration = null, long? ticketEpoch = null, Cid? sealedCid = null, Cid? unsealedCid = null) => new(
        (long)RegisteredSealProof.StackedDrg2KiBV1_1, sector, sealedCid ?? SealedCid(sector), ticketEpoch ?? Epoch - 5, [],
        expiration ?? Epoch + 1 + Rules.Policy.MaxProveCommitDuration(5)!.Value + Rules.Policy.MinSectorExpiration + 100, unsealedCid);

    public static Cid SealedCid(ulong sector)
    {
        byte[] commitment = new byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(commitment, sector + 1);
        return Cid.FromSealedCommitment(commitment);
    }

    public static ProveCommitSectors3Params ProveCommitOf(bool requireAll, params IReadOnlyList<(ulong Sector, byte[] Proof)> sectors) => new(
        [.. sectors.Select(sector => new SectorActivationManifest(sector.Sector, []))],
        [.. sectors.Select(sector => (ReadOnlyMemory<byte>)sector.Proof)], ReadOnlyMemory<byte>.Empty, null, requireAll, false);

    /// <summary>Precommits and proves sectors with a proof that the fake verifier takes.</summary>
    public void Seal(params ulong[] sectors)
    {
        Assert.Null(Send(MinerMethods.PreCommitSectorBatch2, new PreCommitSectorBatch2Params([.. sectors.Select(sector => PreCommitInfo(sector))])).Error);
        AdvanceTo(Epoch + Rules.Policy.PreCommitChallengeDelay);
        Assert.Null(Send(MinerMethods.ProveCommitSectors3, ProveCommitOf(true, [.. sectors.Select(sector => (sector, FakeVerifier.Valid))])).Error);
    }

    /// <summary>A window PoSt for the deadline open in the next tipset.</summary>
    public SubmitWindowedPoStParams WindowPoSt(byte[] proof, params (ulong Partition, Bitfield Skipped)[] partitions)
    {
        DeadlineInfo deadline = NextDeadline;
        ChainEpoch commit = Epoch;
        return new SubmitWindowedPoStParams(
            deadline.Index, [.. partitions.Select(partition => new Filecoin.ChainCo.Chain.Actors.PoStPartition(partition.Partition, partition.Skipped))],
            [new PoStProof((long)RegisteredPoStProof.StackedDrgWindow2KiBV1_1, proof)], commit,
            Randomness.FromTickets(ChainRandomness.PoStChainCommitTag, commit, []));
    }

    private static Address KeyOfWorker()
    {
        using BlsSecretKey secret = SecretOfWorker();
        return Address.FromBlsPublicKey(secret.PublicKey().ToCompressed());
    }

    public (int Deadline, int Partition) Find(ulong sector)
    {
        ImmutableArray<Deadline> deadlines = MinerState.Deadlines;
        for (int i = 0; i < deadlines.Length; i++)
        {
            for (int j = 0; j < deadlines[i].Partitions.Length; j++)
            {
                if (deadlines[i].Partitions[j].Sectors.Contains(sector))
                    return (i, j);
            }
        }

        throw new InvalidOperationException($"sector {sector} has no place");
    }

    public TokenAmount Balance(Address account) => State.TryGetActor(account, out ActorEntry? actor) ? actor.Balance : default;

    public TipSetContext Context(params IReadOnlyList<Message> messages) => new()
    {
        Epoch = Epoch,
        ParentEpoch = Epoch - 1,
        BaseFee = new TokenAmount(100),
        Randomness = Randomness,
        Blocks = [new BlockMessages(Stranger, 1, messages)],
    };
}

/// <summary>Randomness that depends on everything it should.</summary>
internal sealed class TestRandomness : IChainRandomness
{
    public byte[] FromTickets(long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy) => Draw(1, tag, epoch, entropy);

    public byte[] FromBeacon(long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy) => Draw(2, tag, epoch, entropy);

    private static byte[] Draw(byte source, long tag, ChainEpoch epoch, ReadOnlySpan<byte> entropy) =>
        SHA256.HashData([source, .. BitConverter.GetBytes(tag), .. BitConverter.GetBytes(epoch.Value), .. entropy]);
}

/// <summary>Takes proofs that begin with 1.</summary>
internal sealed class FakeVerifier : ISealVerifier, ISealAggregateVerifier, IPoStVerifier
{
    public static readonly byte[] Valid = [1, .. new byte[191]];
    public static readonly byte[] Invalid = [0, .. new byte[191]];

    /// <summary>The sectors of the last PoSt that was checked.</summary>
    public IReadOnlyList<ulong> LastPoSt { get; private set; } = [];

    /// <summary>The sectors of the last aggregate that was checked.</summary>
    public IReadOnlyList<ulong> LastAggregate { get; private set; } = [];

    public bool Verify(PoRepConfig config, SealVerifyInfo info, ReadOnlySpan<byte> proof) => proof[0] == 1;

    public bool VerifyAggregate(PoRepConfig config, SnarkPackVersion version, IReadOnlyList<SealVerifyInfo> sectors, ReadOnlySpan<byte> proof)
    {
        LastAggregate = [.. sectors.Select(sector => sector.Number.Value)];
        return version == SnarkPackVersion.V2 && proof[0] == 1;
    }

    public bool Verify(PoStConfig config, PoStPublicInputs inputs, ReadOnlySpan<byte> proof)
    {
        LastPoSt = [.. inputs.Sectors.Select(sector => sector.Number.Value)];
        return proof[0] == 1;
    }
}
