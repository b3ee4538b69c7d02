using BenchmarkDotNet.Attributes;
using Filecoin.Benchmarks.Fields;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Polynomials;

namespace Filecoin.Benchmarks.Polynomials;

/// <summary>
/// The transform of 2^16 and 2^20 points on one core. Baseline: the best scalar native form, which makes the same passes over memory.
/// </summary>
[InProcess]
public class NttBenchmarks
{
    private Ntt _scalar = new(0), _inUse = new(0), _managed = new(0);
    private MemoryRegion _region = MemoryRegion.Allocate(0);

    [Params(16, 20)]
    public int LogSize { get; set; }

    private Span<Fr> Points => _region.Elements<Fr>(0, 1 << LogSize);

    [GlobalSetup]
    public void Setup()
    {
        _scalar = new Ntt(FieldFormsHere.Scalar, LogSize);
        _inUse = new Ntt(LogSize);
        _managed = new Ntt(FieldForm.Managed, LogSize);
        _region = MemoryRegion.Allocate((long)Fr.Size << LogSize);
        FrBenchmarks.Elements(4, 1 << LogSize).CopyTo(Points);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _scalar.Dispose();
        _inUse.Dispose();
        _managed.Dispose();
        _region.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Scalar() => _scalar.Forward(Points);

    [Benchmark]
    public void InUse() => _inUse.Forward(Points);

    [Benchmark]
    public void InUseInverseCoset() => _inUse.InverseCoset(Points);

    [Benchmark]
    public void Managed() => _managed.Forward(Points);
}
