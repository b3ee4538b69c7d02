using Filecoin.Proving.Circuits;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Aggregation;

/// <summary>Checks aggregates of PoReps as the chain does.</summary>
public interface ISealAggregateVerifier
{
    /// <summary>Whether an aggregate proves all of some sectors.</summary>
    /// <param name="config">The registered proof, the same for all.</param>
    /// <param name="version">The transcript's version.</param>
    /// <param name="sectors">What the chain knows of the sectors, in the order in which they were aggregated.</param>
    /// <param name="proof">The aggregate.</param>
    /// <exception cref="MalformedProofException">The bytes are no aggregate of this many sectors.</exception>
    bool VerifyAggregate(PoRepConfig config, SnarkPackVersion version, IReadOnlyList<SealVerifyInfo> sectors, ReadOnlySpan<byte> proof);
}

/// <summary>The check on this machine's processor; keys and the reference string's first points are read once. Safe for several threads.</summary>
/// <param name="store">Where the verifying keys and the reference string lie.</param>
/// <param name="options">How to work.</param>
/// <remarks>As the official verifier, but for bytes after the aggregate: those are refused here and not looked at there.</remarks>
public sealed class SealAggregateVerifier(ParameterStore store, AggregationOptions? options = null) : ISealAggregateVerifier
{
    private readonly VerifierCache _verifiers = new(store);
    private readonly SrsCache _srs = new(store);
    private readonly AggregationOptions _options = options ?? new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no sector.</exception>
    /// <exception cref="ParameterFileException">The verifying key or the reference string is missing, damaged, or too small.</exception>
    public bool VerifyAggregate(PoRepConfig config, SnarkPackVersion version, IReadOnlyList<SealVerifyInfo> sectors, ReadOnlySpan<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(sectors);
        if (sectors.Count == 0) throw new ArgumentException("an aggregate proves at least one sector", nameof(sectors));
        var aggregate = AggregateProof.Read(proof);
        return Verify(config, version, sectors, aggregate, _options.Threads(CancellationToken.None));
    }

    internal bool Verify(
        PoRepConfig config, SnarkPackVersion version, IReadOnlyList<SealVerifyInfo> sectors, AggregateProof aggregate, ParallelOptions threads)
    {
        var expected = AggregateProof.PaddedCount(checked(sectors.Count * config.Partitions));
        if (aggregate.Proofs != expected)
            throw new MalformedProofException(0, $"an aggregate of {sectors.Count} sectors has {expected} proofs, not {aggregate.Proofs}");
        var srs = _srs.Get();
        srs.Require(aggregate.Proofs);
        var key = _verifiers.Get(ParameterIdentifier.Of(config)).Key;
        return new SnarkPackVerifier(srs.VerifierKey, key, version, threads)
            .Verify(aggregate, SealStatements.Context(config, sectors), SealStatements.Of(config, sectors));
    }
}
