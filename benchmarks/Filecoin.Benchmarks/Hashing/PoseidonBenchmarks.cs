using BenchmarkDotNet.Attributes;
using Filecoin.Benchmarks.Fields;
using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;

namespace Filecoin.Benchmarks.Hashing;

/// <summary>Batched Poseidon, time per hash, in each form on one core. Arity 2 and 11: columns of TreeC; 8: trees.</summary>
[InProcess]
public class PoseidonBenchmarks
{
    private const int Count = 512;

    private readonly byte[] _digests = new byte[Count * Poseidon.DigestSize];
    private byte[] _preimages = [];

    /// <summary>The forms of this machine; portable C, one hash at a time, is the baseline.</summary>
    public static IEnumerable<object> Forms => FieldForms.Available.Cast<object>();

    [ParamsSource(nameof(Forms))]
    public object Form { get; set; } = FieldForm.Portable;

    [Params(2, 8, 11)]
    public int Arity { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _preimages = new byte[Count * Arity * Fr.Size];
        FrBatch.Write(FrBenchmarks.Elements(3, Count * Arity), _preimages);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void HashMany() => Poseidon.HashMany((FieldForm)Form, Arity, _preimages, _digests);
}
