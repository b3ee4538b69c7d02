using System.Numerics;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;
using Ticket = Filecoin.ChainCo.Chain.Ticket;

namespace Filecoin.Proving.Mining;

/// <summary>A base, an epoch, and when the base was chosen.</summary>
internal sealed record MiningBase(TipSet TipSet, ChainEpoch Epoch, DateTimeOffset Timestamp, DateTimeOffset ChosenAt)
{
    public long NullRounds => Epoch - TipSet.Height - 1;
}

/// <summary>A draw that may have won.</summary>
internal sealed record Draw(bool Eligible, int WinCount)
{
    public BlockTemplate? Template { get; init; }

    /// <summary>The base that the template is on: blocks of equivocating miners may have fallen out.</summary>
    public TipSet? Parents { get; init; }
}

/// <summary>From a base to a block: the draw, the winning PoSt, the messages, the second look at the base, the block (specification, Storage Power Consensus).</summary>
internal sealed class BlockMaker(
    IMiningChain chain, IWorkerSigner signer, SectorReader reader, PoStWorkerPool pool, WinningPoStOptions options, TimeProvider time)
{
    /// <summary>Draws, tells the wins as soon as they are known, and prepares the block's template when there are any.</summary>
    public async Task<Draw> DrawAsync(Address miner, MiningBase mining, Action<int> won, CancellationToken cancellationToken)
    {
        MiningBaseInfo? info = await chain.BaseInfoAsync(miner, mining.Epoch, mining.TipSet.Key, cancellationToken).ConfigureAwait(false);
        if (info is not { EligibleForMining: true } || info.Sectors.Count == 0)
            return new Draw(false, 0);
        BeaconEntry beacon = info.BeaconEntries.Count > 0 ? info.BeaconEntries[^1] : info.PrevBeaconEntry;
        byte[] address = ChainRandomness.EntropyOf(miner);
        ReadOnlyMemory<byte> election = await signer.SignAsync(
            info.WorkerKey, ChainRandomness.Draw(beacon.Data.Span, ChainRandomness.ElectionTag, mining.Epoch, address), cancellationToken)
            .ConfigureAwait(false);
        int wins = ElectionWins.Count(election.Span, info.MinerPower.Atto, info.NetworkPower.Atto);
        won(wins);
        if (wins == 0)
            return new Draw(true, 0);

        Ticket ticket = await TicketAsync(info, beacon, address, mining.TipSet, mining.Epoch, cancellationToken).ConfigureAwait(false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<IReadOnlyList<SignedMessage>> messages = chain.SelectMessagesAsync(mining.TipSet.Key, Quality(ticket), ending.Token);
        try
        {
            PoStProof proof = await ProveAsync(
                miner, info.Sectors[0], ChainRandomness.Draw(beacon.Data.Span, ChainRandomness.WinningPoStTag, mining.Epoch, address), mining,
                cancellationToken).ConfigureAwait(false);
            TipSet parents = await RefreshAsync(mining, cancellationToken).ConfigureAwait(false);
            if (!parents.MinTicket.VRFProof.Span.SequenceEqual(mining.TipSet.MinTicket.VRFProof.Span))
                ticket = await TicketAsync(info, beacon, address, parents, mining.Epoch, cancellationToken).ConfigureAwait(false);
            return new Draw(true, wins)
            {
                Parents = parents,
                Template = new BlockTemplate(
                    miner, parents.Key, ticket, new ElectionProof(wins, election), info.BeaconEntries, await messages.ConfigureAwait(false), mining.Epoch,
                    (ulong)mining.Timestamp.ToUnixTimeSeconds(), [proof]),
            };
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            _ = messages.ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private async Task<Ticket> TicketAsync(
        MiningBaseInfo info, BeaconEntry beacon, byte[] miner, TipSet parents, ChainEpoch epoch, CancellationToken cancellationToken)
    {
        byte[] randomness = ChainRandomness.Draw(
            beacon.Data.Span, ChainRandomness.TicketTag, epoch - 1, [.. miner, .. parents.MinTicket.VRFProof.Span]);
        return new Ticket(await signer.SignAsync(info.WorkerKey, randomness, cancellationToken).ConfigureAwait(false));
    }

    private async Task<PoStProof> ProveAsync(
        Address miner, ExtendedSectorInfo info, byte[] randomness, MiningBase mining, CancellationToken cancellationToken)
    {
        ulong id = miner.TryGetId(out ulong actor) ? actor : throw new InvalidOperationException($"{miner} is no id address");
        if (!info.SealedCID.TryGetSealedCommitment(out ReadOnlySpan<byte> commR))
            throw new InvalidDataException($"sector {info.SectorNumber}: expected the link of a sealed commitment, found {info.SealedCID}");
        PoStConfig proof = PoStConfig.For(((RegisteredSealProof)info.SealProof).WinningPoSt());
        var sector = new ProvenSector(new SectorId(id, new SectorNumber(info.SectorNumber)), Commitment.FromBytes(commR), info.SectorKey is not null);
        PoStRandomness challenge = PoStRandomness.FromChain(randomness);
        SectorReadings readings = await reader.ReadAsync(
            [VanillaChallenge.Of(proof, sector, challenge)], options.ReadTimeout, null, cancellationToken).ConfigureAwait(false);
        if (readings.Proofs.IsEmpty)
            throw new IOException($"sector {info.SectorNumber}: {readings.Skipped[0].Reason}");
        PoStJob job = PoStJob.Create(
            proof, id, challenge, readings.Proofs, mining.Timestamp + options.EpochDuration, $"{miner} winning at {mining.Epoch}");
        return new PoStProof((long)proof.RegisteredProof!.Value, await pool.ProveAsync(job, cancellationToken).ConfigureAwait(false));
    }

    // A miner that shows different blocks to different peers has both removed by daemons that saw them; what is left of the base is built on, and
    // nothing that came too late to be proven on is added.
    private async Task<TipSet> RefreshAsync(MiningBase mining, CancellationToken cancellationToken)
    {
        TimeSpan left = mining.ChosenAt + options.EquivocationDelay - time.GetUtcNow();
        if (left > TimeSpan.Zero)
            await Task.Delay(left, time, cancellationToken).ConfigureAwait(false);
        TipSet head = await chain.HeadAsync(cancellationToken).ConfigureAwait(false);
        if (head.Height != mining.TipSet.Height || head.Key.Equals(mining.TipSet.Key))
            return mining.TipSet;
        BlockHeader[] both = [.. mining.TipSet.Blocks.Where(block => head.Key.Cids.Contains(block.Cid))];
        return both.Length > 0 && both.Length < mining.TipSet.Blocks.Count ? TipSet.Create(both) : mining.TipSet;
    }

    // How high the ticket ranks, 0 to 1: one less its digest as a number (lotus Ticket.Quality).
    private static double Quality(Ticket ticket) =>
        1 - ((double)new BigInteger(ticket.Digest(), isUnsigned: true, isBigEndian: true) / Math.Pow(2, 256));
}
