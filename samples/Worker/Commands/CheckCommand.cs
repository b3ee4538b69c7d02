using System.CommandLine;
using System.Security.Cryptography;
using Filecoin.Proving.Labels;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using Filecoin.Proving.Wire;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>check DIR</c>: the files of sectors and the proofs that were made of them. A check that fails is a result, not an error.</summary>
internal static class CheckCommand
{
    private const int SampledLabels = 64;

    public static Command Create()
    {
        var directory = CommonOptions.Directory();
        var (miner, sector, parents) = (CommonOptions.Miner(), CommonOptions.Sector(), CommonOptions.Parents());
        var full = new Option<bool>("--full") { Description = "Builds every tree again and compares every node; costs as much as sealing's trees." };
        return new Command("check", "Checks sector files (sizes, commitments, readability) and the proofs made of them.")
        {
            directory, miner, sector, full, parents,
        }.Does(
            (parsed, phases, cancellation) =>
            {
                var store = new SectorStore(parsed.GetRequiredValue(directory));
                var checks = new List<CheckedItem>();
                foreach (var manifest in store.Select(parsed.GetValue(miner), parsed.GetValue(sector)))
                    new SectorCheck(store, manifest, phases, checks, cancellation).Run(parsed.GetValue(full), parsed.GetValue(parents));
                return Task.FromResult(new CheckResult(checks.TrueForAll(c => c.Holds), checks, phases.Times));
            },
            WorkerJson.Default.CheckResult, Print, result => !result.Holds);
    }

    private static void Print(CheckResult result, TextWriter output)
    {
        foreach (var item in result.Checks)
            output.WriteLine($"{item.Sector}  {(item.Holds ? "holds" : "FAILS")}  {item.What}{(item.Detail is null ? "" : $": {item.Detail}")}");
        output.WriteLine(result.Holds ? "everything holds" : "something does not hold");
    }

    private sealed class SectorCheck(
        SectorStore store, SectorManifest manifest, Phases phases, List<CheckedItem> checks, CancellationToken cancellation)
    {
        private readonly string name = manifest.Id.ToString();
        private readonly PoRepConfig config = manifest.Config;

        public void Run(bool full, string? parentsDirectory)
        {
            phases.Report($"check {name}", 0, 1, "sectors");
            if (!manifest.IsSealed)
            {
                Add("sealed", "expected CommR, found a sector whose sealing has not ended");
                return;
            }

            var job = manifest.Job(store.Directory);
            var finalized = Hold("record", () => IsFinalized(job));
            Files(job, finalized);
            Hold("commitments", () => Commitments(job));
            Readable(job);
            if (full)
                Full(job, finalized, parentsDirectory);
            foreach (var proof in manifest.Proofs)
                Hold($"{proof.Kind} proof {proof.File}", () => Verify(job, proof));
            phases.Report($"check {name}", 1, 1, "sectors");
        }

        private void Files(SealJob job, bool finalized)
        {
            IEnumerable<SealFile> files = finalized
                ? new FinalizeTask().Leaves(job)
                : new TreeDTask().Leaves(job).Concat(new SdrTask().Leaves(job)).Concat(new TreesTask().Leaves(job));
            if (job.Paths.Unsealed is { } data)
                files = files.Append(new SealFile(data, config.SectorSize.Bytes));
            foreach (var file in files.DistinctBy(f => f.Path))
                Hold(Path.GetRelativePath(store.Directory, file.Path), file.Require);
        }

        /// <summary>Opening a record that is not there would begin one; a check changes nothing.</summary>
        private static bool IsFinalized(SealJob job)
        {
            var path = Path.Combine(job.Paths.Cache, SealRecord.FileName);
            return File.Exists(path)
                ? SealRecord.Open(job).IsFinalized
                : throw new SectorFileException(SectorFileFault.Missing, path, null, "the record of a sealing job", "no file");
        }

        private string? Commitments(SealJob job)
        {
            var aux = PersistentAux.Read(job.Paths.Cache);
            if (aux.CommR != manifest.Replica)
                return $"expected CommR {manifest.CommR}, found {aux.CommR} by p_aux";
            return job.CommD.ToString() == manifest.CommD ? null : $"expected CommD {manifest.CommD}, found {job.CommD} by the pieces";
        }

        private void Readable(SealJob job)
        {
            var randomness = PoStRandomness.FromChain(RandomNumberGenerator.GetBytes(32));
            var verdict = SectorReadability.Check(
                config.SectorSize, new ReplicaFiles(job.Paths.Cache, job.Paths.Sealed), new PoStSector(job.Sector, manifest.Replica), randomness,
                PoStConfig.WindowChallenges, cancellation);
            Add($"readable at {PoStConfig.WindowChallenges} random nodes", verdict.Reason);
        }

        private void Full(SealJob job, bool finalized, string? parentsDirectory)
        {
            var cache = job.Paths.Cache;
            Hold("tree r, every node", () => Root(TreeCheck.TreeR(cache, job.Paths.Sealed, config.Tree, phases.Threads, cancellation), PersistentAux.Read(cache).CommRLast));
            if (finalized)
                return;
            Hold("tree d, every node", () => Root(TreeCheck.TreeD(cache, config.SectorSize, job.Paths.Unsealed, phases.Threads, cancellation), job.CommD));
            Hold("tree c, every node", () => Root(TreeCheck.TreeC(cache, config, phases.Threads, cancellation), PersistentAux.Read(cache).CommC));
            var parents = Names.Parents(config, parentsDirectory, phases, cancellation);
            using (parents as IDisposable)
            {
                var labels = new LayerCheck(config, parents);
                for (var layer = 1; layer <= config.Layers; layer++)
                {
                    var number = layer;
                    Hold($"layer {layer}, {SampledLabels} labels", () => labels.Sample(new SdrSector(job.ReplicaId, cache), number, SampledLabels));
                }
            }
        }

        private string? Verify(SealJob job, ManifestProof proof)
        {
            var bytes = File.ReadAllBytes(Path.Combine(store.Directory, proof.File));
            var json = proof.Format == "json";
            if (proof.Kind == "porep")
            {
                var inputs = new PoRepPublicInputs(job.ReplicaId, job.CommD, manifest.Replica, Seed.Parse(proof.Randomness));
                var output = json ? SealCommitPhase1Json.Read(bytes, config) : SealCommitPhase1Bincode.Read(bytes, config);
                if (output.PublicInputs != inputs || output.Ticket != job.Ticket)
                    return "expected the sector's replica id, CommD, CommR, seed and ticket, found others";
                return PoRepCheck.Verify(config, inputs, output.VanillaProofs, out var fault, phases.Threads, cancellation) ? null : fault.ToString();
            }

            var post = ProveCommand.PostConfig(proof.Kind == "winning" ? PoStKind.Winning : PoStKind.Window, config.SectorSize);
            var vanilla = json ? SectorProofJson.Read(bytes, post) : SectorProofBincode.Read(bytes, post);
            return PoStCheck.Verify(
                post, PoStRandomness.FromChain(PoStRandomness.Parse(proof.Randomness).Span), new PoStSector(job.Sector, manifest.Replica), 0, vanilla,
                out var postFault) ? null : postFault.ToString();
        }

        private static string? Root(Commitment found, Commitment expected) =>
            found == expected ? null : $"expected the root {expected}, found {found}";

        private void Hold(string what, Action action) => Hold(what, () =>
        {
            action();
            return (string?)null;
        });

        private void Hold(string what, Func<string?> reason)
        {
            cancellation.ThrowIfCancellationRequested();
            string? found;
            try
            {
                found = reason();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or WireFormatException or FormatException)
            {
                found = error.Message;
            }

            Add(what, found);
        }

        private bool Hold(string what, Func<bool> value)
        {
            var result = false;
            Hold(what, () =>
            {
                result = value();
                return (string?)null;
            });
            return result;
        }

        private void Add(string what, string? reason) => checks.Add(new CheckedItem(name, what, reason is null, reason));
    }
}

/// <summary>All checks, and whether all hold.</summary>
internal sealed record CheckResult(bool Holds, IReadOnlyList<CheckedItem> Checks, IReadOnlyList<PhaseTime> Phases);

/// <summary>One check of one sector.</summary>
internal sealed record CheckedItem(string Sector, string What, bool Holds, string? Detail);
