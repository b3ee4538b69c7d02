using System.CommandLine;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>prove porep|winning|window DIR</c>: vanilla proofs in the official formats, checked before they are written.</summary>
internal static class ProveCommand
{
    private const string Json = "json";

    public static Command Create() => new("prove", "Makes vanilla proofs of sealed sectors.")
    {
        PoRepCommand(),
        PoStCommand(PoStKind.Winning, "winning", "Opens one sector for a winning PoSt (66 challenges)."),
        PoStCommand(PoStKind.Window, "window", "Opens sectors for a window PoSt (10 challenges each)."),
    };

    /// <summary>C1 of a sector.</summary>
    public static (SectorManifest Manifest, ProvenSector Proven) PoRep(
        SectorStore store, SectorManifest manifest, Seed seed, string format, string? output, Phases phases, CancellationToken cancellation)
    {
        var config = manifest.Config;
        var replicaId = manifest.Job(store.Directory).ReplicaId;
        var inputs = new PoRepPublicInputs(replicaId, Commitment.Parse(manifest.CommD!), manifest.Replica, seed);
        var proof = SealCommitPhase1.Prove(
            config, manifest.Files(store.Directory), inputs, Ticket.Parse(manifest.Ticket), phases.Threads,
            phases.Of("porep", (long)config.Partitions * config.ChallengesPerPartition, "challenges"), cancellation);
        using var content = new MemoryStream();
        if (format != Json)
            SealCommitPhase1Bincode.Write(content, proof);
        else if (config.SectorSize.IsRegistered)
            SealCommitPhase1Json.WriteForApi(content, proof, config);
        else
            SealCommitPhase1Json.Write(content, proof);
        return Keep(store, manifest, "porep", format, seed.ToString(), content.ToArray(), output);
    }

    private static Command PoRepCommand()
    {
        var directory = CommonOptions.Directory();
        var (miner, sector, format, output) = (CommonOptions.Miner(), CommonOptions.Sector(), Format(), Output());
        var seed = CommonOptions.Bytes32("--seed", "Interactive randomness of the chain; non-interactive PoRep does not use it.");
        seed.Required = true;
        return new Command("porep", "Opens a sealed sector at the challenges of its PoRep (C1).") { directory, miner, sector, seed, format, output }
            .Does(
                (parsed, phases, cancellation) =>
                {
                    var store = new SectorStore(parsed.GetRequiredValue(directory));
                    var manifest = store.Single(parsed.GetValue(miner), parsed.GetValue(sector));
                    var (_, proven) = PoRep(
                        store, manifest, Seed.FromBytes(Names.Bytes32(parsed.GetValue(seed)!, "--seed")), parsed.GetRequiredValue(format),
                        parsed.GetValue(output), phases, cancellation);
                    return Task.FromResult(new ProveResult("porep", [proven], phases.Times));
                },
                WorkerJson.Default.ProveResult, Print);
    }

    private static Command PoStCommand(PoStKind kind, string name, string description)
    {
        var directory = CommonOptions.Directory();
        var (miner, sector, format, output) = (CommonOptions.Miner(), CommonOptions.Sector(), Format(), Output());
        var randomness = CommonOptions.Bytes32("--randomness", "Randomness of the chain; its top two bits are cleared.");
        randomness.Required = true;
        var command = new Command(name, description) { directory, miner, sector, randomness, format };
        if (kind == PoStKind.Winning)
            command.Add(output);
        return command.Does(
            (parsed, phases, cancellation) =>
            {
                var store = new SectorStore(parsed.GetRequiredValue(directory));
                var selected = kind == PoStKind.Winning
                    ? [store.Single(parsed.GetValue(miner), parsed.GetValue(sector))]
                    : store.Select(parsed.GetValue(miner), parsed.GetValue(sector));
                var random = PoStRandomness.FromChain(Names.Bytes32(parsed.GetValue(randomness)!, "--randomness"));
                var progress = phases.Of(name, selected.Count, "sectors");
                var proven = selected.Select((manifest, i) =>
                {
                    var one = PoSt(kind, store, manifest, random, parsed.GetRequiredValue(format), parsed.GetValue(output), cancellation);
                    progress.Report(i + 1);
                    return one;
                }).ToList();
                return Task.FromResult(new ProveResult(name, proven, phases.Times));
            },
            WorkerJson.Default.ProveResult, Print);
    }

    private static ProvenSector PoSt(
        PoStKind kind, SectorStore store, SectorManifest manifest, PoStRandomness randomness, string format, string? output,
        CancellationToken cancellation)
    {
        var config = PostConfig(kind, manifest.Config.SectorSize);
        var challenges = PoStChallenges.ForSector(config, randomness, manifest.Id.Number, 0);
        var proof = SectorProver.Prove(
            config.SectorSize, manifest.Files(store.Directory), new PoStSector(manifest.Id.Number, manifest.Replica), challenges.AsSpan(), cancellation);
        var content = format == Json ? SectorProofJson.Write(proof) : SectorProofBincode.Write(proof);
        var name = kind == PoStKind.Winning ? "winning" : "window";
        return Keep(store, manifest, name, format, randomness.ToString(), content, output).Proven;
    }

    /// <summary>Today's proofs: window 1.2 (the actors' V1_1), whose challenges do not depend on the sector's place; winning 1.0.</summary>
    internal static PoStConfig PostConfig(PoStKind kind, SectorSize size) =>
        PoStConfig.Create(kind, size, kind == PoStKind.Window ? ApiVersion.V1_2 : ApiVersion.V1_0);

    private static (SectorManifest Manifest, ProvenSector Proven) Keep(
        SectorStore store, SectorManifest manifest, string kind, string format, string randomness, byte[] content, string? output)
    {
        var path = output ?? Path.Combine(store.Directory, "proofs", $"{manifest.Id}.{kind}.{(format == Json ? "json" : "bin")}");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        PendingFile.WriteAllBytes(path, content);
        manifest = manifest.With(new ManifestProof(kind, Path.GetRelativePath(store.Directory, path), format, randomness));
        store.Save(manifest);
        return (manifest, new ProvenSector(manifest.Id.ToString(), path, content.Length, randomness));
    }

    private static Option<string> Format()
    {
        var format = new Option<string>("--format") { Description = "json or bincode: both are the official forms.", DefaultValueFactory = _ => Json };
        format.AcceptOnlyFromAmong(Json, "bincode");
        return format;
    }

    private static Option<string?> Output() => new("--out") { Description = "The file to write. Default: in the directory's 'proofs'." };

    private static void Print(ProveResult result, TextWriter output)
    {
        foreach (var sector in result.Sectors)
            output.WriteLine($"{sector.Sector}: {sector.File} ({sector.Bytes} bytes)");
    }
}

/// <summary>Vanilla proofs that were made.</summary>
internal sealed record ProveResult(string Kind, IReadOnlyList<ProvenSector> Sectors, IReadOnlyList<PhaseTime> Phases);

/// <summary>One sector's vanilla proof.</summary>
internal sealed record ProvenSector(string Sector, string File, long Bytes, string Randomness);
