using BenchmarkDotNet.Attributes;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Benchmarks.PoRep;

/// <summary>C1 of an 8 MiB sector on one core: opening and checking two challenges, and the formats of its output.</summary>
[InProcess]
[MemoryDiagnoser]
public class SealCommitPhase1Benchmarks : IDisposable
{
    private BenchmarkSector? _sector;
    private SealCommitPhase1Output? _output;
    private byte[] _json = [];
    private byte[] _bincode = [];

    /// <summary>Interactive with 2 challenges, non-interactive with 26.</summary>
    [Params(RegisteredSealProof.StackedDrg8MiBV1_1, RegisteredSealProof.StackedDrg8MiBV1_2_Feat_NiPoRep)]
    public RegisteredSealProof Proof { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _sector = new(PoRepConfig.For(Proof));
        _output = Prove();
        _json = Written(stream => SealCommitPhase1Json.Write(stream, _output));
        _bincode = Written(stream => SealCommitPhase1Bincode.Write(stream, _output));
    }

    [Benchmark(Baseline = true)]
    public SealCommitPhase1Output Prove() =>
        SealCommitPhase1.Prove(_sector!.Config, _sector.Files, _sector.Inputs, _sector.Ticket, degree: 1);

    [Benchmark]
    public bool Verify() => PoRepCheck.Verify(_sector!.Config, _sector.Inputs, _output!.VanillaProofs, out _, degree: 1);

    [Benchmark]
    public void WriteJson() => SealCommitPhase1Json.Write(Stream.Null, _output!);

    [Benchmark]
    public SealCommitPhase1Output ReadJson() => SealCommitPhase1Json.Read(_json, _sector!.Config);

    [Benchmark]
    public void WriteBincode() => SealCommitPhase1Bincode.Write(Stream.Null, _output!);

    [Benchmark]
    public SealCommitPhase1Output ReadBincode() => SealCommitPhase1Bincode.Read(_bincode, _sector!.Config);

    [GlobalCleanup]
    public void Dispose()
    {
        _sector?.Dispose();
        GC.SuppressFinalize(this);
    }

    private static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
