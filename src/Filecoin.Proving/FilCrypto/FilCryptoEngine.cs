using System.Collections.Immutable;
using Filecoin.Native.FilCrypto;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.FilCrypto;

/// <summary>
/// The official library behind the interfaces of our provers and verifiers, for one miner. It proves registered sizes only, tells nothing of
/// its progress, and looks at a cancellation only before it starts.
/// </summary>
/// <param name="library">The library; the caller keeps it.</param>
/// <param name="miner">The miner whose PoSts are made and checked.</param>
/// <remarks>What the library refuses is a <see cref="FilCryptoException"/>.</remarks>
public sealed class FilCryptoEngine(FilCryptoLibrary library, ProverId miner)
    : ISealCommitProver, ISealVerifier, IWindowPoStProver, IWinningPoStProver, IPoStVerifier
{
    /// <inheritdoc/>
    public byte[] Prove(
        PoRepConfig config, SealCommitPhase1Output phase1, ProverId prover, SectorNumber sector,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var json = new MemoryStream();
        SealCommitPhase1Json.WriteForApi(json, phase1, config);
        return library.SealCommitPhase2(json.ToArray(), sector.Value, prover.Span);
    }

    /// <inheritdoc/>
    public bool Verify(PoRepConfig config, SealVerifyInfo info, ReadOnlySpan<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(info);
        var seal = new FilCryptoSeal
        {
            CommR = info.CommR.Span.ToArray(),
            CommD = info.CommD.Span.ToArray(),
            ProverId = info.Prover.Span.ToArray(),
            Ticket = info.Ticket.Span.ToArray(),
            Seed = info.Seed.Span.ToArray(),
            Sector = info.Number.Value,
        };
        return library.VerifySeal((int)Registered(config.RegisteredProof, config.SectorSize), seal, proof);
    }

    /// <inheritdoc/>
    public byte[] Prove(
        PoStConfig config, PoStPublicInputs inputs, ImmutableArray<SectorProof> proofs,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PoStCircuits.Require(config, PoStKind.Window);
        return library.GenerateWindowPoSt(Registered(config), inputs.Randomness.Span, miner.Span, Vanilla(proofs));
    }

    /// <inheritdoc/>
    public byte[] ProvePartition(
        PoStConfig config, PoStPublicInputs inputs, int partition, ImmutableArray<SectorProof> proofs,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PoStCircuits.Require(config, PoStKind.Window);
        return library.GenerateSingleWindowPoSt(Registered(config), inputs.Randomness.Span, miner.Span, Vanilla(proofs), partition);
    }

    /// <inheritdoc/>
    public byte[] Prove(
        PoStConfig config, PoStPublicInputs inputs, SectorProof proof,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PoStCircuits.Require(config, PoStKind.Winning);
        return library.GenerateWinningPoSt(Registered(config), inputs.Randomness.Span, miner.Span, Vanilla([proof]));
    }

    /// <inheritdoc/>
    public bool Verify(PoStConfig config, PoStPublicInputs inputs, ReadOnlySpan<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(inputs);
        var replicas = inputs.Sectors.Select(s => new FilCryptoReplica(s.Number.Value, s.CommR.Span.ToArray())).ToArray();
        return config.Kind == PoStKind.Winning
            ? library.VerifyWinningPoSt(Registered(config), inputs.Randomness.Span, miner.Span, replicas, proof)
            : library.VerifyWindowPoSt(Registered(config), inputs.Randomness.Span, miner.Span, replicas, proof);
    }

    private static ReadOnlyMemory<byte>[] Vanilla(ImmutableArray<SectorProof> proofs) =>
        [.. proofs.Select(p => (ReadOnlyMemory<byte>)SectorProofBincode.Write(p))];

    private static int Registered(PoStConfig config) => (int)Registered(config.RegisteredProof, config.SectorSize);

    private static T Registered<T>(T? proof, SectorSize size)
        where T : struct, Enum =>
        proof is { } registered && size.IsRegistered
            ? registered
            : throw new ArgumentException($"The official library knows no registered proof of this version for sectors of {size}.", nameof(proof));
}
