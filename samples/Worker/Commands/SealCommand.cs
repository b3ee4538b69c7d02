using System.CommandLine;
using System.Globalization;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>seal FILE… …</c>: puts files into a sector and seals it. Called again after a kill or Ctrl-C, it goes on.</summary>
internal static class SealCommand
{
    public static Command Create()
    {
        var files = CommonOptions.Files(
            "The pieces in order, a file each; without one the sector is committed capacity (zeros).", ArgumentArity.ZeroOrMore);
        var size = CommonOptions.Size();
        var miner = CommonOptions.Miner();
        var sector = CommonOptions.Sector();
        (miner.Required, sector.Required) = (true, true);
        var ticket = CommonOptions.Bytes32("--ticket", "Chain randomness bound into the replica; a drawn one is kept for the rerun.");
        ticket.Required = true;
        var output = new Option<string>("--out") { Description = "The directory of sectors.", Required = true };
        var proof = CommonOptions.Checked(
            new Option<string?>("--seal-proof") { Description = "1.0, 1.1, synthetic or non-interactive.", DefaultValueFactory = _ => "1.1" },
            text => _ = Names.SealProof(SectorSize.KiB2, text));
        var parents = CommonOptions.Parents();
        var seed = CommonOptions.Bytes32("--seed", "Makes the vanilla PoRep proof (C1) too, for this interactive randomness.");
        return new Command("seal", "Seals files into a sector: TreeD, labels, TreeC, replica, TreeR.")
        {
            files, size, miner, sector, ticket, output, proof, parents, seed,
        }.Does(
            (parsed, phases, cancellation) => RunAsync(
                new SealRequest(
                    parsed.GetValue(files) ?? [],
                    new SectorStore(parsed.GetRequiredValue(output)),
                    parsed.GetValue(miner)!,
                    parsed.GetValue(sector)!.Value,
                    Names.SealProof(parsed.GetValue(size), parsed.GetValue(proof)!),
                    parsed.GetValue(ticket)!,
                    parsed.GetValue(parents),
                    parsed.GetValue(seed)),
                phases, cancellation),
            WorkerJson.Default.SealResult,
            Print);
    }

    private static async Task<SealResult> RunAsync(SealRequest request, Phases phases, CancellationToken cancellation)
    {
        var store = request.Store;
        RequireFit(request);
        var manifest = Begin(request);
        manifest = await StageAsync(request, manifest, phases, cancellation);
        var job = manifest.Job(store.Directory);
        var parents = Names.Parents(job.Config, request.Parents, phases, cancellation);
        using (parents as IDisposable)
        {
            var sealer = new SectorSealer(new SealContext { Parents = parents, Degree = phases.Threads });
            manifest = manifest.With(sealer.Seal(job, new SealPhases(phases), cancellation), job.ReplicaId);
        }

        Synthesize(manifest, job, phases, cancellation);
        store.Save(manifest);
        if (request.Seed is { } seed)
            manifest = ProveCommand.PoRep(store, manifest, Seed.FromBytes(Names.Bytes32(seed, "--seed")), "json", null, phases, cancellation).Manifest;
        return new SealResult(manifest, job.Paths.Sealed, job.Paths.Cache, job.Paths.Unsealed, phases.Times);
    }

    /// <summary>Refuses files that are missing or too large before anything is written.</summary>
    private static void RequireFit(SealRequest request) => DataCommitment.Place(
        PoRepConfig.For(request.Proof).SectorSize,
        [.. request.Files.Select(file =>
        {
            using var data = File.OpenRead(file);
            return PieceInfo.Zeros(PieceSize.Holding(data.Length));
        })]);

    /// <summary>The manifest of this sector: the one that is there, if it asks for the same, or a new one.</summary>
    private static SectorManifest Begin(SealRequest request)
    {
        var id = new SectorId(Names.ActorId(request.Miner), new SectorNumber(request.Sector));
        if (request.Store.Load(id) is { } found)
        {
            var path = request.Store.ManifestPath(id);
            if (found.SealProof != request.Proof)
                throw new SectorFileException(SectorFileFault.OtherSector, path, null, $"proof {request.Proof}", $"{found.SealProof}");
            if (request.Ticket != "random" && !string.Equals(found.Ticket, request.Ticket, StringComparison.OrdinalIgnoreCase))
                throw new SectorFileException(SectorFileFault.OtherSector, path, null, $"ticket {request.Ticket}", found.Ticket);
            return found;
        }

        var manifest = new SectorManifest
        {
            Miner = request.Miner,
            Sector = request.Sector,
            SealProof = request.Proof,
            Ticket = Convert.ToHexStringLower(Names.Bytes32(request.Ticket, "--ticket")),
        };
        request.Store.Save(manifest);
        return manifest;
    }

    private static async Task<SectorManifest> StageAsync(
        SealRequest request, SectorManifest manifest, Phases phases, CancellationToken cancellation)
    {
        var size = manifest.Config.SectorSize;
        var options = new PieceOptions { DegreeOfParallelism = phases.Threads };
        var unsealed = SectorPaths.Under(request.Store.Directory, manifest.Id).Unsealed!;
        var data = new List<FileStream>();
        try
        {
            data.AddRange(request.Files.Select(File.OpenRead));
            IReadOnlyList<PlacedPiece> placed = [];
            if (manifest.Pieces is not null && new FileInfo(unsealed) is { Exists: true } file && file.Length == size.Bytes)
            {
                // The data is staged; the files must still be the same.
                var pieces = new List<PieceInfo>();
                foreach (var stream in data)
                    pieces.Add((await PieceCommitment.ComputeAsync(stream, options, phases.Of("compare data", stream.Length), cancellation)).Piece);
                placed = DataCommitment.Place(size, pieces);
            }
            else if (data.Count > 0)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(unsealed)!);
                var sources = data.Select(stream => PieceSource.Holding(stream, stream.Length)).ToList();
                placed = (await StagedSector.WriteAsync(unsealed, size, sources, options, phases.Of("stage data", size.Bytes), cancellation)).Pieces;
            }

            return Same(request, manifest, [.. placed.Zip(data, (piece, stream) => ManifestPiece.Of(piece, stream.Length))]);
        }
        finally
        {
            foreach (var stream in data)
                await stream.DisposeAsync();
        }
    }

    private static SectorManifest Same(SealRequest request, SectorManifest manifest, IReadOnlyList<ManifestPiece> pieces)
    {
        if (manifest.Pieces is not { } known)
        {
            manifest = manifest with { Pieces = pieces };
            request.Store.Save(manifest);
        }
        else if (!known.SequenceEqual(pieces))
        {
            throw new SectorFileException(
                SectorFileFault.OtherSector, request.Store.ManifestPath(manifest.Id), null, Describe(known), Describe(pieces));
        }

        return manifest;
    }

    private static string Describe(IReadOnlyList<ManifestPiece> pieces) => pieces.Count == 0
        ? "committed capacity"
        : string.Join(", ", pieces.Select(p => string.Create(CultureInfo.InvariantCulture, $"the piece {p.PieceCid} of {p.DataBytes} bytes")));

    /// <summary>Stores the openings of synthetic PoRep, which must exist before the layers go.</summary>
    private static void Synthesize(SectorManifest manifest, SealJob job, Phases phases, CancellationToken cancellation)
    {
        if (job.Config.Feature != PoRepFeature.Synthetic)
            return;
        var path = Path.Combine(job.Paths.Cache, CacheFiles.SyntheticProofs);
        if (new FileInfo(path) is { Exists: true } file && file.Length == SyntheticProofs.FileLength(job.Config))
            return;
        SyntheticProofs.Generate(
            job.Config, new ReplicaFiles(job.Paths.Cache, job.Paths.Sealed),
            new PoRepPublicInputs(job.ReplicaId, job.CommD, manifest.Replica, default), phases.Threads,
            phases.Of("synthetic proofs", job.Config.SyntheticChallenges, "challenges"), cancellation);
    }

    private static void Print(SealResult result, TextWriter output)
    {
        output.WriteLine($"sector:       {result.Sector.Id} ({result.Sector.SealProof})");
        output.WriteLine($"ticket:       {result.Sector.Ticket}");
        output.WriteLine($"replica id:   {result.Sector.ReplicaId}");
        output.WriteLine($"unsealed CID: {result.Sector.UnsealedCid}");
        output.WriteLine($"sealed CID:   {result.Sector.SealedCid}");
        output.WriteLine($"sealed file:  {result.SealedFile}");
        foreach (var phase in result.Phases)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {phase.Phase,-16} {phase.Seconds,9:F3} s"));
    }

    /// <summary>Sealing's own phases, in bytes.</summary>
    private sealed class SealPhases(Phases phases) : IProgress<SealProgress>
    {
        public void Report(SealProgress value) =>
            phases.Report(NameOf(value.Phase), value.Done * SectorSize.NodeBytes, value.Total * SectorSize.NodeBytes, "bytes");

        private static string NameOf(SealPhase phase) => phase switch
        {
            SealPhase.TreeD => "tree d",
            SealPhase.Labels => "labels",
            SealPhase.TreeC => "tree c",
            SealPhase.Replica => "replica, tree r",
            _ => phase.ToString(),
        };
    }

    private sealed record SealRequest(
        IReadOnlyList<string> Files, SectorStore Store, string Miner, ulong Sector, RegisteredSealProof Proof, string Ticket, string? Parents, string? Seed);
}

/// <summary>A sealed sector.</summary>
internal sealed record SealResult(
    SectorManifest Sector, string SealedFile, string CacheDirectory, string? UnsealedFile, IReadOnlyList<PhaseTime> Phases);
