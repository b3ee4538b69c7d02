using System.Collections.Immutable;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Aggregation;

/// <summary>Turns the PoReps of several sectors into one proof for the chain.</summary>
public interface ISealAggregator
{
    /// <summary>Aggregates sectors' proofs; the last is repeated up to a power of two.</summary>
    /// <param name="config">The registered proof, the same for all.</param>
    /// <param name="version">The transcript's version.</param>
    /// <param name="sectors">The sectors with their proofs, 192 bytes a partition, in the order in which the chain will verify.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The aggregate, <see cref="AggregateProof.SizeOf"/> bytes; verified.</returns>
    byte[] Aggregate(
        PoRepConfig config, SnarkPackVersion version, IReadOnlyList<SealProofClaim> sectors, CancellationToken cancellationToken = default);
}

/// <summary>
/// Aggregation on this machine's processor, with the official bytes (filecoin-proofs <c>aggregate_seal_commit_proofs</c>). The points of the
/// reference string that were needed are kept for the next aggregate: 576 bytes a proof. Safe for several threads.
/// </summary>
/// <param name="store">Where the verifying keys and the reference string lie.</param>
/// <param name="options">How to work.</param>
public sealed class SealAggregator(ParameterStore store, AggregationOptions? options = null) : ISealAggregator
{
    /// <summary>The most non-interactive PoReps in one aggregate (FIP-0092).</summary>
    private const int MaxNonInteractive = 65;

    private readonly SrsCache _srs = new(store);
    private readonly SealAggregateVerifier _verifier = new(store, options);
    private readonly SealVerifier _single = new(store);
    private readonly AggregationOptions _options = options ?? new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no sector, or there are more than 65 of non-interactive PoRep.</exception>
    /// <exception cref="MalformedProofException">A sector's bytes are no proof of this many partitions.</exception>
    /// <exception cref="AggregateRejectedException">A sector's proof does not hold.</exception>
    /// <exception cref="ParameterFileException">The verifying key or the reference string is missing, damaged, or too small.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public byte[] Aggregate(
        PoRepConfig config, SnarkPackVersion version, IReadOnlyList<SealProofClaim> sectors, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(sectors);
        if (sectors.Count == 0) throw new ArgumentException("an aggregate proves at least one sector", nameof(sectors));
        if (config.Feature == PoRepFeature.NonInteractive && sectors.Count > MaxNonInteractive)
            throw new ArgumentException($"at most {MaxNonInteractive} non-interactive PoReps are aggregated, found {sectors.Count}", nameof(sectors));

        var threads = _options.Threads(cancellationToken);
        var proofs = Read(config, sectors, threads);
        var key = _srs.Get().ProverKey(proofs.Length, threads);
        SealVerifyInfo[] infos = [.. sectors.Select(sector => sector.Info)];
        var aggregate = new SnarkPackProver(key, version, threads).Prove(proofs, SealStatements.Context(config, infos));
        if (!_verifier.Verify(config, version, infos, aggregate, threads)) throw new AggregateRejectedException(Wrong(config, sectors));
        return aggregate.ToBytes();
    }

    private static Groth16Proof[] Read(PoRepConfig config, IReadOnlyList<SealProofClaim> sectors, ParallelOptions threads)
    {
        var count = checked(sectors.Count * config.Partitions);
        var proofs = new Groth16Proof[AggregateProof.PaddedCount(count)];
        Workers.For(sectors.Count, threads, i =>
        {
            var proof = sectors[i].Proof.Span;
            if (proof.Length != config.ProofBytes)
                throw new MalformedProofException(0, $"a proof of {config.Partitions} partitions has {config.ProofBytes} bytes, not {proof.Length}");
            Groth16Proof.ReadMany(proof).CopyTo(proofs, i * config.Partitions);
        });
        proofs.AsSpan(count).Fill(proofs[count - 1]);
        return proofs;
    }

    private ImmutableArray<SectorNumber> Wrong(PoRepConfig config, IReadOnlyList<SealProofClaim> sectors) =>
        [.. sectors.Where(sector => !_single.Verify(config, sector.Info, sector.Proof.Span)).Select(sector => sector.Info.Number)];
}
