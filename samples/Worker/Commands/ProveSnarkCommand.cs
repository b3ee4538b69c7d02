using System.CommandLine;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Samples.Worker.Commands;

/// <summary>
/// <c>prove-snark porep|winning|window DIR</c>: proofs for the chain of vanilla proofs that <c>seal</c> and <c>prove</c> left. Of the directory
/// it needs the manifests and <c>proofs/</c> alone, so it may be a copy on a machine without the sectors.
/// </summary>
internal static class ProveSnarkCommand
{
    public static Command Create() => new("prove-snark", "Turns vanilla proofs into the proofs that go on chain.")
    {
        Kind(ProofKinds.PoRep, "Proves a sector's replication (C2).", PoRep),
        Kind(ProofKinds.Winning, "Proves one sector for a block.", PoSt),
        Kind(ProofKinds.Window, "Proves a miner's sectors for a deadline, all that answer the same randomness.", PoSt),
    };

    private delegate SnarkRecord Prove(
        string kind, SectorStore store, IReadOnlyList<SectorManifest> sectors, ParameterStore parameters, Groth16ProverOptions options,
        Phases phases, CancellationToken cancellation);

    private static Command Kind(string kind, string description, Prove prove)
    {
        var directory = CommonOptions.Directory();
        var (miner, sector) = (CommonOptions.Miner(), CommonOptions.Sector());
        var output = new Option<string?>("--out") { Description = "The file to write. Default: in the directory's 'proofs'." };
        var command = new Command(kind, description) { directory, miner, sector, output };
        var parameters = new ParameterOptions().AddTo(command);
        return command.Does(
            (parsed, phases, cancellation) =>
            {
                var store = new SectorStore(parsed.GetRequiredValue(directory));
                var sectors = kind == ProofKinds.Window
                    ? store.Select(parsed.GetValue(miner), parsed.GetValue(sector))
                    : [store.Single(parsed.GetValue(miner), parsed.GetValue(sector))];
                var options = new Groth16ProverOptions { DegreeOfParallelism = phases.Threads };
                var record = prove(kind, store, sectors, parameters.Store(parsed), options, phases, cancellation);
                var name = kind == ProofKinds.Window ? sectors[0].Miner : sectors[0].Id.ToString();
                var path = parsed.GetValue(output) ?? Path.Combine(store.Directory, "proofs", $"{name}.{kind}.snark.json");
                record.Write(path);
                return Task.FromResult(new SnarkResult(kind, path, [.. record.Sectors.Select(s => s.Sector)], record.Proof, phases.Times));
            },
            WorkerJson.Default.SnarkResult, Print);
    }

    private static SnarkRecord PoRep(
        string kind, SectorStore store, IReadOnlyList<SectorManifest> sectors, ParameterStore parameters, Groth16ProverOptions options,
        Phases phases, CancellationToken cancellation)
    {
        var manifest = sectors[0];
        var (vanilla, bytes) = Vanilla(store, manifest, kind);
        var phase1 = vanilla.Format == "json"
            ? SealCommitPhase1Json.Read(bytes, manifest.Config)
            : SealCommitPhase1Bincode.Read(bytes, manifest.Config);
        var proof = new SealCommitProver(parameters, options).Prove(
            manifest.Config, phase1, ProverId.FromActorId(manifest.Id.Miner), manifest.Id.Number, ParameterOptions.Progress(phases), cancellation);
        return Record(kind, manifest, phase1.Seed.ToString(), proof,
            [new SnarkSector(manifest.Sector, manifest.CommR!, manifest.CommD, manifest.Ticket)]);
    }

    private static SnarkRecord PoSt(
        string kind, SectorStore store, IReadOnlyList<SectorManifest> sectors, ParameterStore parameters, Groth16ProverOptions options,
        Phases phases, CancellationToken cancellation)
    {
        var config = ProveCommand.PostConfig(ProofKinds.PoSt(kind), sectors[0].Config.SectorSize);
        var proofs = new List<SectorProof>(sectors.Count);
        string? randomness = null;
        foreach (var manifest in sectors)
        {
            var (vanilla, bytes) = Vanilla(store, manifest, kind);
            if (manifest.Id.Miner != sectors[0].Id.Miner || manifest.Config.SectorSize != config.SectorSize)
                throw new WorkerException($"{manifest.Id} is of another miner or size than {sectors[0].Id}: name one with --miner.");
            if ((randomness ??= vanilla.Randomness) != vanilla.Randomness)
                throw new WorkerException($"The {kind} proof of {manifest.Id} answers another randomness than that of {sectors[0].Id}.");
            proofs.Add(vanilla.Format == "json" ? SectorProofJson.Read(bytes, config) : SectorProofBincode.Read(bytes, config));
        }

        var record = Record(kind, sectors[0], randomness!, [], [.. sectors.Select(m => new SnarkSector(m.Sector, m.CommR!))]);
        var progress = ParameterOptions.Progress(phases);
        var proof = config.Kind == PoStKind.Winning
            ? new WinningPoStProver(parameters, options).Prove(config, record.PoStInputs, proofs[0], progress, cancellation)
            : new WindowPoStProver(parameters, options).Prove(config, record.PoStInputs, [.. proofs], progress, cancellation);
        return record with { Proof = Convert.ToHexStringLower(proof) };
    }

    private static SnarkRecord Record(string kind, SectorManifest manifest, string randomness, byte[] proof, IReadOnlyList<SnarkSector> sectors) => new()
    {
        Kind = kind,
        Miner = manifest.Miner,
        SealProof = manifest.SealProof,
        Randomness = randomness,
        Sectors = sectors,
        Proof = Convert.ToHexStringLower(proof),
    };

    private static (ManifestProof Vanilla, byte[] Bytes) Vanilla(SectorStore store, SectorManifest manifest, string kind)
    {
        var vanilla = manifest.Proofs.LastOrDefault(p => p.Kind == kind)
            ?? throw new WorkerException($"{manifest.Id} has no vanilla {kind} proof: make it with 'prove {kind}'.");
        return (vanilla, File.ReadAllBytes(Path.Combine(store.Directory, vanilla.File)));
    }

    private static void Print(SnarkResult result, TextWriter output)
    {
        output.WriteLine($"{result.Kind} of sector {string.Join(", ", result.Sectors)}: {result.File}");
        output.WriteLine(result.Proof);
    }
}

/// <summary>A proof that was made.</summary>
internal sealed record SnarkResult(string Kind, string File, IReadOnlyList<ulong> Sectors, string Proof, IReadOnlyList<PhaseTime> Phases);
