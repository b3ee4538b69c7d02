using BenchmarkDotNet.Attributes;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;

namespace Filecoin.Benchmarks.Fields;

/// <summary>Batches of 4,096 elements of Fr, time per element, in each form on one core.</summary>
[InProcess]
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

    /// <summary>The forms of this machine; portable C, one element at a time, is the baseline.</summary>
    public static IEnumerable<object> Forms => FieldForms.Available.Cast<object>();

    [ParamsSource(nameof(Forms))]
    public object Form { get; set; } = FieldForm.Portable;

    [Benchmark(OperationsPerInvoke = Count)]
    public void Multiply() => FrBatch.Multiply((FieldForm)Form, _left, _right, _output);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Add() => FrBatch.Add((FieldForm)Form, _left, _right, _output);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Invert()
    {
        _left.CopyTo(_output, 0);
        FrBatch.Invert((FieldForm)Form, _output);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void AddNodes() => FrBatch.AddNodes((FieldForm)Form, _leftBytes, _rightBytes, _sum);

    internal static Fr[] Elements(ulong seed, int count = Count)
    {
        var values = new Fr[count];
        values.AsSpan().Fill(Fr.One);
        FrBatch.ScalePowers(values, Fr.RootOfUnity + Fr.FromUInt64(seed), Fr.RootOfUnity.Double());
        return values;
    }
}
