using System.Collections.Immutable;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Vanilla;

/// <summary>A sector that could not be read.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Reason">What each replica said.</param>
public sealed record SkippedSector(SectorNumber Sector, string Reason);

/// <summary>What came of reading a set of sectors.</summary>
/// <param name="Proofs">The vanilla proofs, each checked against the sector's CommR, in ascending order of sector numbers.</param>
/// <param name="Skipped">The others.</param>
public sealed record SectorReadings(ImmutableArray<SectorProof> Proofs, ImmutableArray<SkippedSector> Skipped);

/// <summary>
/// Reads the vanilla proofs of a set of sectors from wherever they lie: many at once, each from its replicas in turn. A replica that lets wait has the
/// next asked beside it, so that a storage that hangs costs its share of the time and not all of it. A sector that cannot be read in time is skipped
/// and told, and never costs its neighbours their proof. Safe for concurrent use.
/// </summary>
/// <param name="replicas">Where sectors lie.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock.</param>
public sealed class SectorReader(ISectorReplicas replicas, SectorReadOptions? options = null, TimeProvider? time = null)
{
    // However little time there is, so many replicas get their turn while it lasts.
    private const int Turns = 8;

    private readonly SectorReadOptions _options = (options ?? new()).Validate();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Reads sectors.</summary>
    /// <param name="challenges">One a sector, in any order.</param>
    /// <param name="within">How long it may take at most; the options' <see cref="SectorReadOptions.PartitionTimeout"/> holds as well.</param>
    /// <param name="progress">Told how many sectors are read.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="OperationCanceledException">Cancelled; running out of time is no exception.</exception>
    public async Task<SectorReadings> ReadAsync(
        IReadOnlyList<VanillaChallenge> challenges, TimeSpan within, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(challenges);
        TimeSpan limit = within < _options.PartitionTimeout ? within : _options.PartitionTimeout;
        TimeSpan turn = limit / Turns < _options.NextReplicaAfter ? limit / Turns : _options.NextReplicaAfter;
        using var late = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.FromTicks(1), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var proofs = new SectorProof?[challenges.Count];
        var reasons = new string[challenges.Count];
        Array.Fill(reasons, $"not reached within {limit}");
        int read = 0;
        int[] open = [.. Enumerable.Range(0, challenges.Count)];
        try
        {
            for (int round = 1; round <= _options.Rounds && open.Length > 0; round++)
            {
                if (round > 1)
                    await Task.Delay(_options.RetryDelay, _time, either.Token).ConfigureAwait(false);
                await Parallel.ForEachAsync(
                    open,
                    new ParallelOptions { MaxDegreeOfParallelism = _options.Parallel, CancellationToken = either.Token },
                    async (i, token) =>
                    {
                        (proofs[i], string? reason) = await ReadOneAsync(challenges[i], turn, soFar => reasons[i] = soFar, token).ConfigureAwait(false);
                        if (proofs[i] is not null)
                            progress?.Report(Interlocked.Increment(ref read));
                        else
                            reasons[i] = reason!;
                    }).ConfigureAwait(false);
                open = [.. open.Where(i => proofs[i] is null)];
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is up: what was read counts, the rest is skipped.
        }

        return new SectorReadings(
            [.. proofs.OfType<SectorProof>().OrderBy(proof => proof.Sector)],
            [.. Enumerable.Range(0, proofs.Length).Where(i => proofs[i] is null)
                .Select(i => new SkippedSector(challenges[i].Sector.Number, reasons[i])).OrderBy(skipped => skipped.Sector)]);
    }

    private async Task<(SectorProof? Proof, string? Reason)> ReadOneAsync(
        VanillaChallenge challenge, TimeSpan turn, Action<string> tell, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        var asked = new Dictionary<Task<(SectorProof? Proof, string? Reason)>, string>();
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            try
            {
                await foreach (ISectorReplica place in replicas.FindAsync(
                    challenge.Sector, challenge.Proof.SectorSize, challenge.Updated, decided.Token).ConfigureAwait(false))
                {
                    asked.Add(ReadReplicaAsync(place, challenge, decided.Token), place.Place);
                    tell(string.Join("; ", [.. reasons, .. asked.Values.Select(waiting => $"{waiting}: no answer before the time was up")]));
                    if (await FirstAsync(asked, reasons, turn, cancellationToken).ConfigureAwait(false) is { } proof)
                        return (proof, null);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Whatever an index or a storage throws, it is this sector's trouble alone.
                reasons.Add(error.Message);
            }

            return await FirstAsync(asked, reasons, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false) is { } last
                ? (last, null)
                : (null, reasons.Count > 0 ? string.Join("; ", reasons) : "no replica is known");
        }
        finally
        {
            await decided.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The first proof of those asked; null when all have failed, or when none has answered for some time.</summary>
    private async Task<SectorProof?> FirstAsync(
        Dictionary<Task<(SectorProof? Proof, string? Reason)>, string> asked, List<string> reasons, TimeSpan within, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        while (asked.Count > 0)
        {
            Task<(SectorProof? Proof, string? Reason)> answered;
            try
            {
                answered = await Task.WhenAny(asked.Keys).WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            asked.Remove(answered);
            (SectorProof? proof, string? reason) = await answered.ConfigureAwait(false);
            if (proof is not null)
                return proof;
            reasons.Add(reason!);
        }

        return null;
    }

    private async Task<(SectorProof? Proof, string? Reason)> ReadReplicaAsync(
        ISectorReplica place, VanillaChallenge challenge, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.ChallengeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            SectorProof proof = await place.ReadAsync(challenge, either.Token).WaitAsync(either.Token).ConfigureAwait(false);

            // A wrong path from another machine would spoil the whole partition's SNARK.
            return PoStCheck.Fault(challenge.Proof.Tree, challenge.Public, challenge.Nodes.AsSpan(), proof) is { } fault
                ? (null, $"{place.Place}: {fault}")
                : (proof, null);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, $"{place.Place}: no answer within {_options.ChallengeTimeout}");
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return (null, error.Message.Contains(place.Place, StringComparison.Ordinal) ? error.Message : $"{place.Place}: {error.Message}");
        }
    }
}
