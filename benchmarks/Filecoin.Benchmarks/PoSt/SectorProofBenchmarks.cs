using BenchmarkDotNet.Attributes;
using Filecoin.Benchmarks.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Benchmarks.PoSt;

/// <summary>A sector's vanilla proof on one core: what each sector costs before its deadline, and the look whether it can be read.</summary>
[InProcess]
[MemoryDiagnoser]
public class SectorProofBenchmarks : IDisposable
{
    private static readonly PoStRandomness s_randomness = PoStRandomness.FromChain(new byte[32]);

    private BenchmarkSector? _sector;
    private PoStConfig? _config;
    private PoStSector _public;
    private SectorProof? _proof;
    private byte[] _bytes = [];

    [Params(PoStKind.Window, PoStKind.Winning)]
    public PoStKind Kind { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _sector = new(PoRepConfig.For(RegisteredSealProof.StackedDrg8MiBV1_1));
        _config = PoStConfig.Create(Kind, SectorSize.MiB8, Kind == PoStKind.Window ? ApiVersion.V1_2 : ApiVersion.V1_0);
        _public = new(new(1), _sector.Inputs.CommR);
        _proof = Prove();
        _bytes = SectorProofBincode.Write(_proof);
    }

    [Benchmark(Baseline = true)]
    public SectorProof Prove()
    {
        var challenges = PoStChallenges.ForSector(_config!, s_randomness, _public.Number, 0);
        return SectorProver.Prove(SectorSize.MiB8, _sector!.Files, _public, challenges.AsSpan());
    }

    [Benchmark]
    public SectorReadability Readability() => SectorReadability.Check(SectorSize.MiB8, _sector!.Files, _public, s_randomness);

    [Benchmark]
    public bool Verify() => PoStCheck.Verify(_config!, s_randomness, _public, 0, _proof!, out _);

    [Benchmark]
    public byte[] Write() => SectorProofBincode.Write(_proof!);

    [Benchmark]
    public SectorProof Read() => SectorProofBincode.Read(_bytes, _config!);

    [GlobalCleanup]
    public void Dispose()
    {
        _sector?.Dispose();
        GC.SuppressFinalize(this);
    }
}
