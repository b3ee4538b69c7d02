using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;

namespace Filecoin.Benchmarks.Fields;

/// <summary>Batches of 4,096 elements of Fr on one core, time per element. Baseline: the best scalar native form.</summary>
[InProcess]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class FrBenchmarks
{
    private const int Count = 4096;

    private readonly Fr[] _left = Elements(1), _right = Elements(2), _output = new Fr[Count];
    private readonly byte[] _leftBytes = new byte[Count * Fr.Size], _rightBytes = new byte[Count * Fr.Size], _sum = new byte[Count * Fr.Size];

    public FrBenchmarks()
    {
        FrBatch.Write(_left, _leftBytes);
        FrBatch.Write(_right, _rightBytes);
    }

    [BenchmarkCategory("multiply"), Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public void MultiplyScalar() => Multiply(FieldFormsHere.Scalar);

    [BenchmarkCategory("multiply"), Benchmark(OperationsPerInvoke = Count)]
    public void MultiplyInUse() => Multiply(FieldFormsHere.InUse);

    [BenchmarkCategory("multiply"), Benchmark(OperationsPerInvoke = Count)]
    public void MultiplyPortable() => Multiply(FieldFormsHere.Portable);

    [BenchmarkCategory("multiply"), Benchmark(OperationsPerInvoke = Count)]
    public void MultiplyManaged() => Multiply(FieldForm.Managed);

    [BenchmarkCategory("invert"), Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public void InvertScalar() => Invert(FieldFormsHere.Scalar);

    [BenchmarkCategory("invert"), Benchmark(OperationsPerInvoke = Count)]
    public void InvertInUse() => Invert(FieldFormsHere.InUse);

    [BenchmarkCategory("invert"), Benchmark(OperationsPerInvoke = Count)]
    public void InvertManaged() => Invert(FieldForm.Managed);

    [BenchmarkCategory("add nodes"), Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public void AddNodesScalar() => AddNodes(FieldFormsHere.Scalar);

    [BenchmarkCategory("add nodes"), Benchmark(OperationsPerInvoke = Count)]
    public void AddNodesInUse() => AddNodes(FieldFormsHere.InUse);

    [BenchmarkCategory("add nodes"), Benchmark(OperationsPerInvoke = Count)]
    public void AddNodesManaged() => AddNodes(FieldForm.Managed);

    internal static Fr[] Elements(ulong seed, int count = Count)
    {
        var values = new Fr[count];
        values.AsSpan().Fill(Fr.One);
        FrBatch.ScalePowers(values, Fr.RootOfUnity + Fr.FromUInt64(seed), Fr.RootOfUnity.Double());
        return values;
    }

    private void Multiply(FieldForm form) => FrBatch.Multiply(form, _left, _right, _output);

    private void Invert(FieldForm form)
    {
        _left.CopyTo(_output, 0);
        FrBatch.Invert(form, _output);
    }

    private void AddNodes(FieldForm form) => FrBatch.AddNodes(form, _leftBytes, _rightBytes, _sum);
}
