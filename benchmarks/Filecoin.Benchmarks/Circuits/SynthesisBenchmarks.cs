using System.Formats.Tar;
using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Proving.Circuits.Stacked;
using Filecoin.Proving.Circuits.Synthesis;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Benchmarks.Circuits;

/// <summary>The circuit of a 2 KiB PoRep (2,687,921 constraints) on one core: measured, assigned a recorded witness, evaluated at a point.</summary>
[InProcess]
public class SynthesisBenchmarks : IDisposable
{
    private const string Sector = "2k-v1_1";

    private readonly StackedCircuit _circuit;
    private readonly CircuitSize _size;
    private readonly MemoryRegion _lagrange;

    public SynthesisBenchmarks()
    {
        PoRepConfig config = PoRepConfig.Create(SectorSize.KiB2, ApiVersion.V1_1);
        SealCommitPhase1Output c1 = SealCommitPhase1Json.Read(ReadRecording(), config);
        _circuit = StackedCircuit.Of(config, c1.PublicInputs, c1.VanillaProofs[0].AsSpan());
        _size = CircuitSize.Measure(_circuit);
        _lagrange = MemoryRegion.Allocate((long)Fr.Size << _size.DomainLog2);
        _lagrange.Elements<Fr>(0, (int)_size.Rows).Fill(Fr.MultiplicativeGenerator);
    }

    [Benchmark]
    public long Measure() => CircuitSize.Measure(_circuit).Total.Constraints;

    [Benchmark(Baseline = true)]
    public void Assign() => ProvingAssignment.Create(_circuit, degreeOfParallelism: 1).Dispose();

    [Benchmark]
    public void Evaluate() => PolynomialEvaluation.Create(_circuit, _size, _lagrange, degreeOfParallelism: 1).Dispose();

    public void Dispose()
    {
        _lagrange.Dispose();
        GC.SuppressFinalize(this);
    }

    private static byte[] ReadRecording()
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Vectors", $"{Sector}.tar.gz"));
        using var tar = new TarReader(new GZipStream(file, CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name == $"{Sector}/c1.json" && entry.DataStream is { } data)
            {
                using var memory = new MemoryStream();
                data.CopyTo(memory);
                return memory.ToArray();
            }
        }
        throw new InvalidDataException($"The recording of sector {Sector} has no c1.json.");
    }
}
