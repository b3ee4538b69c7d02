using System.CommandLine;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Sectors;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>params make|srs|fetch|check</c>: the parameter files of Groth16 and the reference string of aggregates.</summary>
internal static class ParamsCommand
{
    public static Command Create() => new("params", "Makes, fetches and checks the parameter files of Groth16.") { Make(), Srs(), Fetch(), Check() };

    private static Command Make()
    {
        var (size, kind) = (CommonOptions.Size(), ParameterOptions.ProofKind());
        var production = new Option<bool>("--allow-production-sizes") { Description = "Goes on with 32 and 64 GiB, which takes days." };
        var command = new Command("make", "Makes insecure parameters on this machine, for development; nothing where they are there.") { size, kind, production };
        var parameters = new ParameterOptions().AddTo(command, secureOnly: true);
        return command.Does(
            (parsed, phases, cancellation) =>
            {
                var store = parameters.Store(parsed);
                var options = new DevelopmentParametersOptions
                {
                    DegreeOfParallelism = phases.Threads,
                    AllowProductionSizes = parsed.GetValue(production),
                    Progress = new SetupPhases(phases),
                };
                var (id, made) = parsed.GetRequiredValue(kind) switch
                {
                    ProofKinds.PoRep => (ParameterIdentifier.Of(PoRep(parsed.GetRequiredValue(size))),
                        DevelopmentParameters.Make(store, PoRep(parsed.GetRequiredValue(size)), options, cancellation)),
                    var post => (ParameterIdentifier.Of(PoSt(post, parsed.GetRequiredValue(size))),
                        DevelopmentParameters.Make(store, PoSt(post, parsed.GetRequiredValue(size)), options, cancellation)),
                };
                return Task.FromResult(new ParamsResult([new ParamsFile(store.InsecureParametersPath(id), made ? "made" : "there")], phases.Times));
            },
            WorkerJson.Default.ParamsResult, Print);
    }

    private static Command Srs()
    {
        var proofs = new Option<int>("--proofs")
        {
            Description = "The most proofs of an aggregate, a power of two: sectors times partitions.",
            DefaultValueFactory = _ => 1024,
        };
        var command = new Command("srs", "Makes an insecure reference string for aggregates, for development; nothing where one is there.") { proofs };
        var parameters = new ParameterOptions().AddTo(command, secureOnly: true);
        return command.Does(
            (parsed, phases, cancellation) =>
            {
                var store = parameters.Store(parsed);
                var options = new DevelopmentParametersOptions { DegreeOfParallelism = phases.Threads, Progress = new SetupPhases(phases) };
                var made = DevelopmentSrs.Make(store, parsed.GetValue(proofs), options, cancellation);
                return Task.FromResult(new ParamsResult([new ParamsFile(store.InsecureSrsPath, made ? "made" : "there")], phases.Times));
            },
            WorkerJson.Default.ParamsResult, Print);
    }

    private static Command Fetch()
    {
        var (size, kind) = (CommonOptions.Size(), ParameterOptions.ProofKind());
        var from = new Option<string>("--from") { Description = "A directory, or the address of an IPFS gateway (https://…/ipfs/).", Required = true };
        var keysOnly = new Option<bool>("--keys-only") { Description = "Fetches the verifying key alone: enough to verify." };
        var srs = new Option<bool>("--srs") { Description = "Fetches the reference string of aggregates, too." };
        var command = new Command("fetch", "Fetches the network's parameters, goes on where a transfer broke, checks their digests.") { size, kind, from, keysOnly, srs };
        var parameters = new ParameterOptions().AddTo(command, secureOnly: true);
        return command.Does(
            async (parsed, phases, cancellation) =>
            {
                var store = parameters.Store(parsed);
                var names = FilesOf(parsed.GetRequiredValue(kind), parsed.GetRequiredValue(size), parsed.GetValue(keysOnly));
                if (parsed.GetValue(srs)) names = [.. names, InnerProductSrs.FileName];
                using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
                var source = Uri.TryCreate(parsed.GetRequiredValue(from), UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                    ? ParameterSource.Gateway(client, address!)
                    : ParameterSource.Directory(parsed.GetRequiredValue(from));
                await store.FetchParametersAsync(names, source, new FetchPhases(phases), cancellation);
                return new ParamsResult([.. names.Select(n => new ParamsFile(Path.Combine(store.Options.Directory, n), "fetched"))], phases.Times);
            },
            WorkerJson.Default.ParamsResult, Print);
    }

    private static Command Check()
    {
        var command = new Command("check", "Compares every network parameter file that is here with its published digest.");
        var parameters = new ParameterOptions().AddTo(command, secureOnly: true);
        return command.Does(
            async (parsed, phases, cancellation) =>
            {
                var store = parameters.Store(parsed);
                var names = store.Options.Manifest.Entries.Select(e => e.FileName)
                    .Where(n => File.Exists(Path.Combine(store.Options.Directory, n))).Order(StringComparer.Ordinal).ToList();
                var progress = phases.Of("check", names.Count, "files");
                var files = new List<ParamsFile>(names.Count);
                foreach (var name in names)
                {
                    files.Add(new ParamsFile(Path.Combine(store.Options.Directory, name), await StateOf(store, name, cancellation)));
                    progress.Report(files.Count);
                }
                return new ParamsResult(files, phases.Times);
            },
            WorkerJson.Default.ParamsResult, Print, result => result.Files.Any(f => f.State != "holds"));
    }

    private static async Task<string> StateOf(ParameterStore store, string name, CancellationToken cancellation)
    {
        try
        {
            await store.CheckAsync(name, cancellation);
            return "holds";
        }
        catch (ParameterFileException error) when (error.Error == ParameterFileError.DigestMismatch)
        {
            return error.Message;
        }
    }

    private static string[] FilesOf(string kind, SectorSize size, bool keysOnly)
    {
        var id = kind == ProofKinds.PoRep ? ParameterIdentifier.Of(PoRep(size)) : ParameterIdentifier.Of(PoSt(kind, size));
        var key = ParameterIdentifier.VerifyingKeyFile(id);
        return keysOnly ? [key] : [ParameterIdentifier.ParametersFile(id), key];
    }

    private static PoRepConfig PoRep(SectorSize size) => PoRepConfig.For(Names.SealProof(size, "1.1"));

    private static PoStConfig PoSt(string kind, SectorSize size) => ProveCommand.PostConfig(ProofKinds.PoSt(kind), size);

    private static void Print(ParamsResult result, TextWriter output)
    {
        foreach (var file in result.Files) output.WriteLine($"{file.Path}: {file.State}");
        if (result.Files.Count == 0) output.WriteLine("no parameter file of the network is here");
    }

    private sealed class SetupPhases(Phases phases) : IProgress<SetupProgress>
    {
        public void Report(SetupProgress value) =>
            phases.Report(value.PointsTotal == 0 ? "circuit" : "points", value.PointsDone, value.PointsTotal, "points");
    }

    private sealed class FetchPhases(Phases phases) : IProgress<ParameterFetchProgress>
    {
        public void Report(ParameterFetchProgress value) =>
            phases.Report($"fetch {value.FileName}", value.BytesDone, value.BytesTotal ?? value.BytesDone, "bytes");
    }
}

/// <summary>Parameter files.</summary>
internal sealed record ParamsResult(IReadOnlyList<ParamsFile> Files, IReadOnlyList<PhaseTime> Phases);

/// <summary>A parameter file and what became of it.</summary>
internal sealed record ParamsFile(string Path, string State);
