using System.Collections.Immutable;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Paths;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>Makes vanilla proofs of this machine's sectors for other machines: only proofs travel.</summary>
internal sealed class RemoteProofs(ISectorFiles files, StorageReads reads, RemoteStorageOptions options, TimeProvider? time)
{
    private readonly StorageReads _poReps = new(
        new StorageReadOptions { ParallelPerPath = options.ParallelPoReps, ParallelPerMachine = 1 << 10, ReadTimeout = options.PoRepTimeout }, time);

    /// <summary>A PoSt's vanilla proof of one sector, from this machine's copies in turn.</summary>
    /// <returns>The official bytes; null when there is no copy.</returns>
    /// <exception cref="RemoteRequestException">The request cannot be.</exception>
    /// <exception cref="IOException">No copy could be read; the error of the last.</exception>
    public async Task<byte[]?> SingleAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        SingleVanillaParams asked = Read(json, RemoteJsonContext.Default.SingleVanillaParams);
        PoStConfig post = Checked(() => PoStConfig.For((RegisteredPoStProof)asked.ProofType));
        PoRepConfig seal = Checked(() => PoRepConfig.For((RegisteredSealProof)asked.Sector.SealProof));
        if (post.SectorSize != seal.SectorSize)
            throw new RemoteRequestException($"expected a PoSt of {seal.SectorSize} sectors, found one of {post.SectorSize}");
        ImmutableArray<ulong> nodes = [.. asked.Sector.Challenge];
        if (nodes.Length is 0 || nodes.Length > options.MaxChallenges)
            throw new RemoteRequestException($"expected 1 to {options.MaxChallenges} challenges, found {nodes.Length}");
        if (nodes.Any(node => node >= (ulong)post.SectorSize.Nodes))
            throw new RemoteRequestException($"expected challenges below {post.SectorSize.Nodes}, found {nodes.Max()}");
        var sector = new PoStSector(new SectorNumber(asked.Sector.SectorNumber), CommR(asked.Sector.SealedCid));
        SectorProof? proof = await FromCopiesAsync(
            new SectorId(asked.Miner, sector.Number), asked.Sector.Update, reads,
            (copy, abandoned) => SectorProver.Prove(post.SectorSize, copy, sector, nodes.AsSpan(), abandoned),
            cancellationToken).ConfigureAwait(false);
        return proof is null ? null : SectorProofBincode.Write(proof);
    }

    /// <summary>The first phase of a commit, as filecoin-proofs-api writes it.</summary>
    /// <inheritdoc cref="SingleAsync"/>
    public Task<byte[]?> PoRepAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        PoRepVanillaParams asked = Read(json, RemoteJsonContext.Default.PoRepVanillaParams);
        PoRepConfig config = Checked(() => PoRepConfig.For((RegisteredSealProof)asked.Sector.ProofType));
        if (!asked.Unsealed.TryGetPieceCommitment(out ReadOnlySpan<byte> commD))
            throw new RemoteRequestException($"expected the CID of a CommD, found {asked.Unsealed}");
        var info = new SealVerifyInfo(
            ProverId.FromActorId(asked.Sector.Id.Miner), asked.Sector.Id.Number,
            Checked(() => Sectors.Ticket.FromBytes(asked.Ticket)), Checked(() => Seed.FromBytes(asked.Seed)), Commitment.FromBytes(commD), CommR(asked.Sealed));
        return FromCopiesAsync(
            asked.Sector.Id, updated: false, _poReps,
            (copy, abandoned) =>
            {
                SealCommitPhase1Output output = SealCommitPhase1.Prove(config, copy, info.PublicInputs(config), info.Ticket, options.PoRepDegree, cancellation: abandoned);
                using var bytes = new MemoryStream();
                SealCommitPhase1Json.WriteForApi(bytes, output, config);
                return bytes.ToArray();
            },
            cancellationToken);
    }

    private async Task<T?> FromCopiesAsync<T>(
        SectorId sector, bool updated, StorageReads through, Func<ReplicaFiles, CancellationToken, T> prove, CancellationToken cancellationToken)
        where T : class
    {
        IReadOnlyList<LocalReplica> copies = files.FindReplicas(sector, updated);
        for (int i = 0; i < copies.Count; i++)
        {
            try
            {
                ReplicaFiles copy = copies[i].Files;
                return await through.RunAsync(copies[i].Storage.Value, abandoned => prove(copy, abandoned), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or VanillaProofException && i < copies.Count - 1)
            {
                // The next copy may be whole.
            }
        }

        return null;
    }

    private static Commitment CommR(Cid cid) => cid.IsDefined && cid.TryGetSealedCommitment(out ReadOnlySpan<byte> commR)
        ? Commitment.FromBytes(commR) : throw new RemoteRequestException($"expected the CID of a CommR, found '{(cid.IsDefined ? cid.ToString() : "")}'");

    private static T Read<T>(ReadOnlyMemory<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, type) ?? throw new RemoteRequestException("expected an object, found null");
        }
        catch (Exception error) when (error is JsonException or ChainFormatException)
        {
            throw new RemoteRequestException(error.Message);
        }
    }

    private static T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new RemoteRequestException(error.Message);
        }
    }
}

/// <summary>A request that cannot be: 400.</summary>
internal sealed class RemoteRequestException(string message) : Exception(message);
