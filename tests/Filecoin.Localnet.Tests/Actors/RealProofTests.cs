using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.EndToEnd.Tests;
using Filecoin.Native.Curves;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Samples.Localnet.Actors;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Localnet.Tests.Actors;

/// <summary>Two sectors of 2 KiB through the miner actor with real replicas, real SNARKs and the real verifiers.</summary>
public sealed class RealProofTests : IDisposable
{
    private static readonly PoRepConfig PoRep = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1);
    private static readonly PoStConfig Window = PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1);
    private static readonly PoStConfig Winning = PoStConfig.For(RegisteredPoStProof.StackedDrgWinning2KiBV1);

    private readonly WorkDirectory _work = new();
    private readonly ParameterStore _store = new(new ParameterStoreOptions { Directory = TestParameters.Directory, AllowInsecure = true });
    private readonly TestChain _chain;

    public RealProofTests()
    {
        _chain = new TestChain(new SealVerifier(_store), new PoStVerifier(_store), verifyEvery: true);
        _chain.CreateMiner();
    }

    public void Dispose() => _work.Dispose();

    [NativeFact]
    public async Task Sectors_are_sealed_proven_and_win_a_block()
    {
        // Sealing: one sector with data, one without.
        byte[] data = [.. Enumerable.Range(0, 1500).Select(i => (byte)(i * 7))];
        long ticketEpoch = _chain.Epoch - 5;
        SealJob[] jobs =
        [
            await JobAsync(1, ticketEpoch, PieceSource.Holding(new MemoryStream(data), data.Length)),
            await JobAsync(2, ticketEpoch),
        ];
        IReadOnlyList<PreCommitOutput> sealed_ = new SectorSealer(new SealContext { Parents = StackedGraph.Create(PoRep), Degree = 1 }).Seal(jobs);
        Assert.Null(_chain.Send(MinerMethods.PreCommitSectorBatch2, new PreCommitSectorBatch2Params(
        [
            _chain.PreCommitInfo(1, ticketEpoch: ticketEpoch, sealedCid: Cid.FromSealedCommitment(sealed_[0].CommR.Span), unsealedCid: Cid.FromPieceCommitment(sealed_[0].CommD.Span)),
            _chain.PreCommitInfo(2, ticketEpoch: ticketEpoch, sealedCid: Cid.FromSealedCommitment(sealed_[1].CommR.Span)),
        ])).Error);
        long seedEpoch = _chain.Epoch + _chain.Rules.Policy.PreCommitChallengeDelay;
        _chain.AdvanceTo(seedEpoch);

        // Proofs of another seed, another sector or with a flipped bit do not pass.
        byte[][] proofs = [.. jobs.Zip(sealed_, (job, output) => Prove(job, output, seedEpoch))];
        byte[] early = Prove(jobs[0], sealed_[0], seedEpoch - 1);
        byte[] flipped = [.. proofs[0]];
        flipped[^1] ^= 1;
        foreach (byte[] wrong in new[] { early, proofs[1], flipped, proofs[0][..191] })
            Assert.Contains("activation of all", Commit((1, wrong), (2, proofs[1]), jobs).Error, StringComparison.Ordinal);
        AppliedMessage committed = Commit((1, proofs[0]), (2, proofs[1]), jobs);
        Assert.Null(committed.Error);
        Assert.Equal(2UL, DagCbor.Decode<BatchReturn>(committed.Receipt.Return.Span).SuccessCount);

        // The window: a proof for another challenge does not pass, nor one of the right challenge over one sector alone.
        (int deadline, int partition) = _chain.Find(1);
        Assert.Equal((deadline, partition), _chain.Find(2));
        DeadlineInfo open = _chain.AdvanceToDeadline((ulong)deadline);
        Assert.Contains("invalid", Submit(WindowProof(jobs, sealed_, open.Challenge - 1), partition).Error, StringComparison.Ordinal);
        Assert.Contains("invalid", Submit(WindowProof(jobs[..1], [sealed_[0]], open.Challenge), partition).Error, StringComparison.Ordinal);
        Assert.Null(Submit(WindowProof(jobs, sealed_, open.Challenge), partition).Error);
        Assert.Equal(4096, (long)_chain.State.Power[_chain.MinerId].Raw.Atto);

        // A missed window, a recovery of one sector, and its proof without the other.
        _chain.AdvanceToDeadline((ulong)(deadline + 1) % 4);
        open = _chain.AdvanceToDeadline((ulong)deadline);
        _chain.AdvanceTo(open.Close.Value - 1);
        Assert.Equal(0, (long)_chain.State.Power[_chain.MinerId].Raw.Atto);
        Assert.Null(_chain.Send(MinerMethods.DeclareFaultsRecovered, new DeclareFaultsRecoveredParams(
            [new RecoveryDeclaration((ulong)deadline, (ulong)partition, Bitfield.Of(2))])).Error);
        open = _chain.AdvanceToDeadline((ulong)deadline);
        Assert.Contains("invalid", Submit(WindowProof(jobs, sealed_, open.Challenge), partition).Error, StringComparison.Ordinal);
        Assert.Null(Submit(WindowProof(jobs[1..], [sealed_[1]], open.Challenge), partition).Error);
        Assert.Equal(2048, (long)_chain.State.Power[_chain.MinerId].Raw.Atto);
        AssertWins(jobs[1], sealed_[1]);
    }

    private void AssertWins(SealJob job, PreCommitOutput output)
    {
        var rules = new WinningRules(_chain.Rules);
        var mining = new MiningBase(_chain.State, _chain.State, _chain.Epoch, new ChainCo.Chain.Ticket(new byte[96]), new BeaconEntry(1, new byte[] { 1, 2, 3 }));
        for (long epoch = _chain.Epoch + 1; ; epoch++)
        {
            MiningBaseInfo info = rules.BaseInfo(mining, _chain.Miner, epoch, [])!;
            Assert.Equal(2UL, Assert.Single(info.Sectors).SectorNumber);
            Assert.True(info.EligibleForMining);
            byte[] election = Sign(Draw(ChainRandomness.ElectionTag, epoch, _chain.Entropy));
            int wins = ElectionWins.Count(election, info.MinerPower.Atto, info.NetworkPower.Atto);
            if (wins == 0)
                continue;

            var header = new BlockHeader
            {
                Miner = _chain.Miner,
                Height = epoch,
                ElectionProof = new ElectionProof(wins, election),
                Ticket = new ChainCo.Chain.Ticket(Sign(Draw(ChainRandomness.TicketTag, epoch - 1, [.. _chain.Entropy, .. mining.BaseTicket.VRFProof.Span]))),
                WinPoStProof = [new PoStProof((long)RegisteredPoStProof.StackedDrgWinning2KiBV1, WinningProof(job, output, epoch))],
                ParentWeight = default,
                ParentStateRoot = _chain.State.Root,
                ParentMessageReceipts = _chain.State.Root,
                Messages = _chain.State.Root,
                Timestamp = 0,
                ParentBaseFee = default,
            };
            Assert.Null(rules.Reject(mining, Signed(header)));
            Assert.Contains("wins are claimed", rules.Reject(mining, Signed(header with { ElectionProof = new ElectionProof(wins + 1, election) })), StringComparison.Ordinal);
            Assert.Contains("election", rules.Reject(mining, Signed(header with { ElectionProof = new ElectionProof(wins, header.Ticket.VRFProof) })), StringComparison.Ordinal);
            Assert.Contains("ticket", rules.Reject(mining, Signed(header with { Ticket = new ChainCo.Chain.Ticket(election) })), StringComparison.Ordinal);
            Assert.Contains("signature", rules.Reject(mining, Signed(header) with { Timestamp = 1 }), StringComparison.Ordinal);
            Assert.Contains("does not hold", rules.Reject(mining, Signed(header with
            {
                WinPoStProof = [header.WinPoStProof[0] with { ProofBytes = WinningProof(job, output, epoch + 1) }],
            })), StringComparison.Ordinal);
            return;
        }
    }

    private async Task<SealJob> JobAsync(ulong number, long ticketEpoch, params PieceSource[] sources)
    {
        var id = new SectorId(_chain.MinerId, new SectorNumber(number));
        SectorPaths paths = SectorPaths.Under(_work.Path, id, sources.Length > 0);
        foreach (string? path in new[] { paths.Unsealed, paths.Sealed, paths.Cache })
        {
            if (path is not null)
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }

        IReadOnlyList<PieceInfo> pieces = sources.Length == 0
            ? [] : [.. (await StagedSector.WriteAsync(paths.Unsealed!, SectorSize.KiB2, sources)).Pieces.Select(placed => placed.Piece)];
        return new SealJob
        {
            Config = PoRep,
            Prover = ProverId.FromActorId(_chain.MinerId),
            Sector = id.Number,
            Ticket = Proving.Sectors.Ticket.FromBytes(_chain.Randomness.FromTickets(ChainRandomness.SealTag, ticketEpoch, _chain.Entropy)),
            Pieces = pieces,
            Paths = paths,
        };
    }

    private byte[] Prove(SealJob job, PreCommitOutput output, long seedEpoch)
    {
        Seed seed = Seed.FromBytes(_chain.Randomness.FromBeacon(ChainRandomness.InteractiveSealTag, seedEpoch, _chain.Entropy));
        var inputs = new PoRepPublicInputs(job.ReplicaId, output.CommD, output.CommR, seed);
        SealCommitPhase1Output phase1 = SealCommitPhase1.Prove(PoRep, FilesOf(job), inputs, job.Ticket, 1);
        return new SealCommitProver(_store).Prove(PoRep, phase1, job.Prover, job.Sector);
    }

    private AppliedMessage Commit((ulong, byte[]) first, (ulong, byte[]) second, SealJob[] jobs)
    {
        ProveCommitSectors3Params parameters = TestChain.ProveCommitOf(true, first, second);
        PieceInfo piece = jobs[0].Pieces[0];
        return _chain.Send(MinerMethods.ProveCommitSectors3, parameters with
        {
            SectorActivations =
            [
                new SectorActivationManifest(1, [new PieceActivationManifest(piece.Cid, (ulong)piece.Size.Padded, null, [])]),
                parameters.SectorActivations[1],
            ],
        });
    }

    private AppliedMessage Submit(byte[] proof, int partition) =>
        _chain.Send(MinerMethods.SubmitWindowedPoSt, _chain.WindowPoSt(proof, ((ulong)partition, Bitfield.Empty)));

    private byte[] WindowProof(SealJob[] jobs, IReadOnlyList<PreCommitOutput> outputs, ChainEpoch challenge)
    {
        byte[] drawn = _chain.Randomness.FromBeacon(ChainRandomness.WindowPoStTag, challenge, _chain.Entropy);
        var inputs = new PoStPublicInputs(PoStRandomness.FromChain(drawn), [.. jobs.Zip(outputs, (job, output) => new PoStSector(job.Sector, output.CommR))]);
        return new WindowPoStProver(_store).Prove(Window, inputs, Vanilla(Window, inputs, jobs));
    }

    private byte[] WinningProof(SealJob job, PreCommitOutput output, long epoch)
    {
        var inputs = new PoStPublicInputs(
            PoStRandomness.FromChain(Draw(ChainRandomness.WinningPoStTag, epoch, _chain.Entropy)), [new PoStSector(job.Sector, output.CommR)]);
        return new WinningPoStProver(_store).Prove(Winning, inputs, Vanilla(Winning, inputs, job)[0]);
    }

    private static ImmutableArray<SectorProof> Vanilla(PoStConfig config, PoStPublicInputs inputs, params SealJob[] jobs) =>
        [.. jobs.Select((job, i) => SectorProver.Prove(
            SectorSize.KiB2, FilesOf(job), inputs.Sectors[i], PoStChallenges.ForSector(config, inputs.Randomness, job.Sector, i).AsSpan()))];

    private static ReplicaFiles FilesOf(SealJob job) => new(job.Paths.Cache, job.Paths.Sealed);

    private static byte[] Draw(long tag, long epoch, byte[] entropy) => ChainRandomness.Draw([1, 2, 3], tag, epoch, entropy);

    private static BlockHeader Signed(BlockHeader header) => header with { BlockSig = new Signature(SignatureType.Bls, Sign(header.SigningBytes())) };

    private static byte[] Sign(byte[] message)
    {
        using BlsSecretKey key = TestChain.SecretOfWorker();
        return key.Sign(message).ToCompressed();
    }
}
