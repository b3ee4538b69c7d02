using System.CommandLine;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.Sectors;

namespace Filecoin.Samples.Worker;

/// <summary>What the commands that use Groth16 parameters share.</summary>
internal sealed class ParameterOptions
{
    private const string NetworkDirectory = "/var/tmp/filecoin-proof-parameters";
    private readonly Option<string> _directory = new("--params")
    {
        Description = $"The directory of parameter files. Default: $FIL_PROOFS_PARAMETER_CACHE, else {NetworkDirectory}.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("FIL_PROOFS_PARAMETER_CACHE") ?? NetworkDirectory,
    };

    private readonly Option<bool> _insecure = new("--insecure")
    {
        Description = "Uses parameters of a local development set-up where the network's are not there. Such proofs convince nobody.",
    };

    public ParameterOptions AddTo(Command command, bool secureOnly = false)
    {
        command.Add(_directory);
        if (!secureOnly) command.Add(_insecure);
        return this;
    }

    public ParameterStore Store(ParseResult parsed) => new(new ParameterStoreOptions
    {
        Directory = parsed.GetRequiredValue(_directory),
        AllowInsecure = parsed.GetValue(_insecure),
    });

    /// <summary>A prover's progress as phases.</summary>
    public static IProgress<ProverProgress> Progress(Phases phases) => new ProverPhases(phases);

    public static Option<string> ProofKind()
    {
        var kind = new Option<string>("--proof") { Description = "porep, winning or window.", Required = true };
        kind.AcceptOnlyFromAmong(ProofKinds.PoRep, ProofKinds.Winning, ProofKinds.Window);
        return kind;
    }

    private sealed class ProverPhases(Phases phases) : IProgress<ProverProgress>
    {
        public void Report(ProverProgress value)
        {
            var name = value.Phase switch
            {
                ProverPhase.Synthesis => "witness",
                ProverPhase.Quotient => "quotient",
                var query => $"multiply {query}",
            };
            phases.Report(value.Partitions == 1 ? name : $"partition {value.Partition + 1}/{value.Partitions}, {name}", value.Done, value.Total,
                value.Phase switch { ProverPhase.Synthesis => "parts", ProverPhase.Quotient => "transforms", _ => "points" });
        }
    }
}

/// <summary>The kinds of proofs, as users write them.</summary>
internal static class ProofKinds
{
    public const string PoRep = "porep";
    public const string Winning = "winning";
    public const string Window = "window";

    public static PoStKind PoSt(string kind) => kind == Winning ? PoStKind.Winning : PoStKind.Window;
}
