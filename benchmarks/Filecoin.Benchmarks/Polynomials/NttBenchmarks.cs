using BenchmarkDotNet.Attributes;
using Filecoin.Benchmarks.Fields;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Polynomials;

namespace Filecoin.Benchmarks.Polynomials;

/// <summary>The transform of 2^16 and 2^20 points, in each form on one core.</summary>
[InProcess]
public class NttBenchmarks
{
    private Ntt _ntt = new(0);
    private MemoryRegion _region = MemoryRegion.Allocate(0);

    /// <summary>The forms of this machine; portable C, with the same passes over memory, is the baseline.</summary>
    public static IEnumerable<object> Forms => FieldForms.Available.Cast<object>();

    [ParamsSource(nameof(Forms))]
    public object Form { get; set; } = FieldForm.Portable;

    [Params(16, 20)]
    public int LogSize { get; set; }

    private Span<Fr> Points => _region.Elements<Fr>(0, 1 << LogSize);

    [GlobalSetup]
    public void Setup()
    {
        _ntt = new Ntt((FieldForm)Form, LogSize);
        _region = MemoryRegion.Allocate((long)Fr.Size << LogSize);
        FrBenchmarks.Elements(4, 1 << LogSize).CopyTo(Points);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _ntt.Dispose();
        _region.Dispose();
    }

    [Benchmark]
    public void Forward() => _ntt.Forward(Points);

    [Benchmark]
    public void InverseCoset() => _ntt.InverseCoset(Points);
}
