using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;

namespace Filecoin.Samples.Worker.Commands;

/// <summary><c>bench</c>: what the kernels run on, and their rates on one core, within seconds. The careful numbers are in benchmarks/.</summary>
internal static class BenchCommand
{
    private static readonly TimeSpan Each = TimeSpan.FromMilliseconds(250);

    public static Command Create() => new Command("bench", "Reports the kernels in use and their rates on one core.").Does(
        (_, phases, cancellation) => Task.FromResult(Run(phases, cancellation)), WorkerJson.Default.BenchResult, Print);

    private static BenchResult Run(Phases phases, CancellationToken cancellation)
    {
        var report = Kernels.Report();
        var pairs = new byte[1 << 20];
        RandomNumberGenerator.Fill(pairs);
        var parents = new byte[pairs.Length / 2];
        var data = pairs.AsSpan(0, 127 * 8192).ToArray();
        var padded = new byte[128 * 8192];
        var nodes = new byte[8 * 32 * 256];
        FieldElements(nodes);
        var columns = new byte[11 * 32 * 256];
        FieldElements(columns);
        var digests = new byte[32 * 256];
        var graph = StackedGraph.Create(PoRepConfig.For(RegisteredSealProof.StackedDrg32GiBV1_1));
        var window = new uint[4096 * PoRepConfig.Degree];
        var first = 0u;
        (string Name, string Unit, double Amount, Action Work)[] benches =
        [
            ("SHA-256 of pairs (TreeD)", "MB/s", pairs.Length / 1e6, () => Sha256.HashPairs254(pairs, parents)),
            ("SHA-256, one stream", "MB/s", pairs.Length / 1e6, () => Sha256.Hash(pairs, parents.AsSpan(0, 32))),
            ("fr32 padding", "MB/s", data.Length / 1e6, () => Fr32.Pad(data, padded)),
            ("fr32 unpadding", "MB/s", data.Length / 1e6, () => Fr32.Unpad(padded, data)),
            ("CommP", "MB/s", data.Length / 1e6, () => PieceCommitment.Compute(data)),
            ("Poseidon arity 8 (TreeR)", "hashes/s", 256, () => Poseidon.HashMany(8, nodes, digests)),
            ("Poseidon arity 11 (columns)", "hashes/s", 256, () => Poseidon.HashMany(11, columns, digests)),
            ("Parents of a 32 GiB graph", "nodes/s", 4096, () => graph.ReadWindow(first += 4096, 4096, window)),
        ];
        var rates = new List<BenchRate>();
        var progress = phases.Of("bench", benches.Length, "kernels");
        foreach (var (name, unit, amount, work) in benches)
        {
            cancellation.ThrowIfCancellationRequested();
            rates.Add(new BenchRate(name, Math.Round(amount / Fastest(work).TotalSeconds, 1), unit));
            progress.Report(rates.Count);
        }

        return new BenchResult(
            report.Form.ToString(), report.LibraryPath, report.CpuFeatures.ToString(), report.Paths, report.AbsenceDetail,
            Environment.ProcessorCount, rates);
    }

    /// <summary>The best of many runs: what the machine does when nobody disturbs it.</summary>
    private static TimeSpan Fastest(Action work)
    {
        work();
        var best = TimeSpan.MaxValue;
        var began = Stopwatch.GetTimestamp();
        do
        {
            var start = Stopwatch.GetTimestamp();
            work();
            var took = Stopwatch.GetElapsedTime(start);
            best = took < best ? took : best;
        }
        while (Stopwatch.GetElapsedTime(began) < Each);
        return best;
    }

    private static void FieldElements(Span<byte> nodes)
    {
        RandomNumberGenerator.Fill(nodes);
        for (var i = 31; i < nodes.Length; i += 32)
            nodes[i] &= 0x3f;
    }

    private static void Print(BenchResult result, TextWriter output)
    {
        output.WriteLine($"kernels:  {result.Kernels}{(result.Library is null ? "" : $" ({result.Library})")}");
        output.WriteLine($"CPU:      {result.Processors} processors, {result.CpuFeatures}");
        foreach (var (kernel, path) in result.Paths)
            output.WriteLine($"  {kernel,-30} {path}");
        if (result.WhyNotNative is not null)
            output.WriteLine($"not native: {result.WhyNotNative}");
        foreach (var rate in result.Rates)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate.Name,-32} {rate.Rate,14:N1} {rate.Unit}"));
    }
}

/// <summary>Kernels in use and their rates.</summary>
internal sealed record BenchResult(
    string Kernels, string? Library, string CpuFeatures, IReadOnlyDictionary<string, string> Paths, string? WhyNotNative, int Processors,
    IReadOnlyList<BenchRate> Rates);

/// <summary>The rate of one kernel on one core.</summary>
internal sealed record BenchRate(string Name, double Rate, string Unit);
