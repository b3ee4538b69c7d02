using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Samples.Localnet.Actors.Miner;
using Filecoin.Samples.Localnet.State;

namespace Filecoin.Samples.Localnet.Actors;

/// <summary>What a block is judged against.</summary>
/// <param name="Lookback">The state that elections are held by, some epochs before the base.</param>
/// <param name="Base">The state after the base.</param>
/// <param name="BaseHeight">The base's epoch.</param>
/// <param name="BaseTicket">The smallest ticket of the base.</param>
/// <param name="PreviousBeacon">The last beacon entry up to the base.</param>
internal sealed record MiningBase(StateTree Lookback, StateTree Base, ChainEpoch BaseHeight, ChainCo.Chain.Ticket BaseTicket, BeaconEntry PreviousBeacon);

/// <summary>
/// Who may make a block (lotus <c>chain/stmgr/actors.go</c> MinerGetBaseInfo, <c>chain/consensus/filcns</c> ValidateBlock): eligibility, VRF of
/// election and ticket, win count, winning PoSt, signature.
/// </summary>
/// <param name="rules">The network's rules and verifiers.</param>
internal sealed class WinningRules(ExecutionRules rules)
{
    /// <summary>What a miner needs to try for a block; null when it has no sector to prove.</summary>
    /// <param name="mining">The base.</param>
    /// <param name="miner">The miner.</param>
    /// <param name="epoch">The epoch of the block.</param>
    /// <param name="beacons">Beacon entries from the base to the epoch; empty when the base's still counts.</param>
    public MiningBaseInfo? BaseInfo(MiningBase mining, Address miner, ChainEpoch epoch, IReadOnlyList<BeaconEntry> beacons)
    {
        if (!mining.Lookback.TryResolve(miner, out ulong id) || !mining.Lookback.Miners.TryGetValue(id, out MinerState? state))
            return null;
        BeaconEntry beacon = beacons.Count > 0 ? beacons[^1] : mining.PreviousBeacon;
        SectorOnChainInfo? sector = WinningSector(state, id, Draw(beacon, ChainRandomness.WinningPoStTag, epoch, id));
        if (sector is null || !mining.Base.TryGetAccountKey(state.Info.Worker, out Address worker))
            return null;
        return new MiningBaseInfo
        {
            MinerPower = mining.Lookback.Power[id].QA,
            NetworkPower = PowerActor.Total(rules.Policy, mining.Lookback).QA,
            Sectors = [new ExtendedSectorInfo(sector.SealProof, sector.SectorNumber, sector.SealedCID, sector.SectorKeyCID)],
            WorkerKey = worker,
            SectorSize = state.Info.SectorSize,
            PrevBeaconEntry = mining.PreviousBeacon,
            BeaconEntries = beacons,
            EligibleForMining = IsEligible(mining, id),
        };
    }

    /// <summary>Why a block of a miner is not valid on its base; null when it is. Parents, weight, time, messages and beacon are the caller's to check.</summary>
    public string? Reject(MiningBase mining, BlockHeader header)
    {
        if (header.ElectionProof is not { } election || header.Ticket is not { } ticket || header.BlockSig is not { Type: SignatureType.Bls } signature)
            return "no election proof, ticket or BLS signature";
        MiningBaseInfo? info = BaseInfo(mining, header.Miner, header.Height, header.BeaconEntries);
        if (info is null || !mining.Lookback.TryResolve(header.Miner, out ulong id))
            return $"{header.Miner} has no sector to win with";
        if (!info.EligibleForMining)
            return $"{header.Miner} may not mine: too little power, debt or a consensus fault";
        BeaconEntry beacon = header.BeaconEntries.Count > 0 ? header.BeaconEntries[^1] : mining.PreviousBeacon;
        ReadOnlySpan<byte> key = info.WorkerKey.Payload;
        if (!IsSigned(key, Draw(beacon, ChainRandomness.ElectionTag, header.Height, id), election.VRFProof))
            return "the election's VRF proof does not hold";
        int wins = ElectionWins.Count(election.VRFProof.Span, info.MinerPower.Atto, info.NetworkPower.Atto);
        if (wins < 1 || election.WinCount != wins)
            return $"{election.WinCount} wins are claimed, {wins} were drawn";
        byte[] ticketEntropy = [.. ChainRandomness.EntropyOf(Address.FromId(id)), .. mining.BaseTicket.VRFProof.Span];
        if (!IsSigned(key, ChainRandomness.Draw(beacon.Data.Span, ChainRandomness.TicketTag, header.Height - 1, ticketEntropy), ticket.VRFProof))
            return "the ticket's VRF proof does not hold";
        if (!IsSigned(key, header.SigningBytes(), signature.Data))
            return "the block's signature does not hold";
        return RejectPoSt(mining.Lookback.Miners[id], id, info.Sectors[0].SectorNumber, Draw(beacon, ChainRandomness.WinningPoStTag, header.Height, id), header.WinPoStProof);
    }

    private string? RejectPoSt(MinerState state, ulong id, ulong sector, byte[] randomness, IReadOnlyList<PoStProof> proofs)
    {
        SectorOnChainInfo info = state.Sectors[sector];
        var expected = ((RegisteredSealProof)info.SealProof).WinningPoSt();
        if (proofs.Count != 1 || proofs[0].Type != (long)expected)
            return $"expected one winning PoSt of type {(long)expected}";
        try
        {
            var inputs = new PoStPublicInputs(PoStRandomness.FromChain(randomness), [WindowPoSt.PublicOf(info)]);
            return rules.PoStVerifier.Verify(PoStConfig.For(expected), inputs, proofs[0].ProofBytes.Span)
                ? null : $"the winning PoSt of f0{id} over sector {sector} does not hold";
        }
        catch (Exception e) when (e is MalformedProofException or NonCanonicalFieldElementException)
        {
            return e.Message;
        }
    }

    private bool IsEligible(MiningBase mining, ulong id) =>
        PowerActor.HasMinimumPower(rules.Policy, mining.Lookback, id)
        && mining.Base.Power.TryGetValue(id, out PowerPair? power) && power.QA.Atto.Sign > 0
        && mining.Base.Miners.TryGetValue(id, out MinerState? state) && state.FeeDebt.Atto.IsZero
        && mining.BaseHeight > state.Info.ConsensusFaultElapsed;

    private static SectorOnChainInfo? WinningSector(MinerState state, ulong id, byte[] randomness)
    {
        Bitfield active = state.Deadlines.SelectMany(deadline => deadline.Partitions)
            .Aggregate(Bitfield.Empty, (all, partition) => all.Union(partition.Active));
        if (active.IsEmpty)
            return null;
        ulong index = PoStChallenges.WinningSector(PoStRandomness.FromChain(randomness), ProverId.FromActorId(id), active.Count);
        return state.Sectors[active.Slice(index, 1).Ranges[0].Start];
    }

    private static byte[] Draw(BeaconEntry beacon, long tag, ChainEpoch epoch, ulong miner) =>
        ChainRandomness.Draw(beacon.Data.Span, tag, epoch, ChainRandomness.EntropyOf(Address.FromId(miner)));

    private static bool IsSigned(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlyMemory<byte> signature)
    {
        try
        {
            return signature.Length == BlsSignatures.SignatureSize && BlsSignatures.Verify(key, message, signature.Span);
        }
        catch (PointDecodingException)
        {
            return false;
        }
    }
}
