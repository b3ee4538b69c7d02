using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Filecoin.Native.Hashing;
using Filecoin.Native.Reference;

namespace Filecoin.Benchmarks.Hashing;

/// <summary>BLAKE2b-256 on one core, time per 128-byte block: the kernel in use and the managed reference.</summary>
[CpuTime, QuickJob]
public class Blake2bBenchmarks
{
    private const int Blocks = 4096;

    private readonly byte[] _data = RandomNumberGenerator.GetBytes(Blocks * 128);
    private readonly byte[] _digest = new byte[32];
    private readonly ulong[] _state = new ulong[8];

    [Benchmark(OperationsPerInvoke = Blocks)]
    public void Kernel() => Blake2b.Hash256(_data, _digest);

    [Benchmark(Baseline = true, OperationsPerInvoke = Blocks)]
    public void Reference() => Blake2bReference.Blocks(_state, _data, 0);
}
