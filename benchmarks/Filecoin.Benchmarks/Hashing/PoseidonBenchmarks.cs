using BenchmarkDotNet.Attributes;
using Filecoin.Benchmarks.Fields;
using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;

namespace Filecoin.Benchmarks.Hashing;

/// <summary>Batched Poseidon on one core, time per hash. Arity 2 and 11: columns of TreeC; 8: trees. Baseline: the best scalar native form.</summary>
[InProcess]
public class PoseidonBenchmarks
{
    private const int Count = 512;

    private readonly byte[] _digests = new byte[Count * Poseidon.DigestSize];
    private byte[] _preimages = [];

    [Params(2, 8, 11)]
    public int Arity { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _preimages = new byte[Count * Arity * Fr.Size];
        FrBatch.Write(FrBenchmarks.Elements(3, Count * Arity), _preimages);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public void Scalar() => Hash(FieldFormsHere.Scalar);

    [Benchmark(OperationsPerInvoke = Count)]
    public void InUse() => Hash(FieldFormsHere.InUse);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Portable() => Hash(FieldFormsHere.Portable);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Managed() => Hash(FieldForm.Managed);

    private void Hash(FieldForm form) => Poseidon.HashMany(form, Arity, _preimages, _digests);
}
