using System.CommandLine;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>verify FILE…</c>: checks proofs as the chain does, knowing nothing of the sectors but what the chain knows.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var files = CommonOptions.Files("Proofs, as 'prove-snark' wrote them.", ArgumentArity.OneOrMore);
        var command = new Command("verify", "Checks proofs as the chain does.") { files };
        var parameters = new ParameterOptions().AddTo(command);
        return command.Does(
            (parsed, phases, cancellation) =>
            {
                var store = parameters.Store(parsed);
                var (seals, posts) = (new SealVerifier(store), new PoStVerifier(store));
                var paths = parsed.GetRequiredValue(files);
                var progress = phases.Of("verify", paths.Length, "proofs");
                var verified = new List<VerifiedProof>(paths.Length);
                foreach (var path in paths)
                {
                    cancellation.ThrowIfCancellationRequested();
                    verified.Add(new VerifiedProof(path, Verify(SnarkRecord.Read(path), seals, posts)));
                    progress.Report(verified.Count);
                }
                return Task.FromResult(new VerifyResult(verified.TrueForAll(p => p.Valid), verified, phases.Times));
            },
            WorkerJson.Default.VerifyResult, Print, result => !result.Valid);
    }

    private static bool Verify(SnarkRecord record, SealVerifier seals, PoStVerifier posts)
    {
        var proof = Convert.FromHexString(record.Proof);
        return record.Kind switch
        {
            ProofKinds.PoRep => seals.Verify(record.Config, record.SealInfo, proof),
            ProofKinds.Winning or ProofKinds.Window => posts.Verify(
                ProveCommand.PostConfig(ProofKinds.PoSt(record.Kind), record.Config.SectorSize), record.PoStInputs, proof),
            _ => throw new WorkerException($"Expected a proof of kind porep, winning or window, found '{record.Kind}'."),
        };
    }

    private static void Print(VerifyResult result, TextWriter output)
    {
        foreach (var proof in result.Proofs)
            output.WriteLine($"{(proof.Valid ? "valid  " : "INVALID")}  {proof.File}");
    }
}

/// <summary>Which proofs are valid.</summary>
internal sealed record VerifyResult(bool Valid, IReadOnlyList<VerifiedProof> Proofs, IReadOnlyList<PhaseTime> Phases);

/// <summary>One proof.</summary>
internal sealed record VerifiedProof(string File, bool Valid);
