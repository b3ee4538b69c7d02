using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Filecoin.Native.Hashing;
using Filecoin.Native.Reference;

namespace Filecoin.Benchmarks.Hashing;

/// <summary>
/// Parents of binary trees (64-byte messages, the top two bits cleared) on one core, time per parent: the platform's SHA256 class,
/// the kernel in use (FILECOIN_KERNELS chooses) and the managed reference.
/// </summary>
[CpuTime, QuickJob]
public class HashPairsBenchmarks
{
    private const int Count = 8192;

    private readonly byte[] _pairs = RandomNumberGenerator.GetBytes(Count * Sha256.BlockSize);
    private readonly byte[] _parents = new byte[Count * Sha256.DigestSize];

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public void Platform()
    {
        for (var i = 0; i < Count; i++)
        {
            var parent = _parents.AsSpan(i * Sha256.DigestSize, Sha256.DigestSize);
            SHA256.HashData(_pairs.AsSpan(i * Sha256.BlockSize, Sha256.BlockSize), parent);
            parent[^1] &= 0x3f;
        }
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void Kernel() => Sha256.HashPairs254(_pairs, _parents);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Reference() => Sha256Reference.HashPairs(_pairs, _parents, 0x3f);
}

/// <summary>One stream on one core, time per 64-byte block: the kernel in use, the platform's SHA256 class, the managed reference.</summary>
[CpuTime, QuickJob]
public class Sha256Benchmarks
{
    private const int Blocks = 16384;

    private readonly byte[] _data = RandomNumberGenerator.GetBytes(Blocks * Sha256.BlockSize);
    private readonly byte[] _digest = new byte[Sha256.DigestSize];
    private readonly uint[] _state = new uint[8];

    [Benchmark(Baseline = true, OperationsPerInvoke = Blocks)]
    public void Platform() => SHA256.HashData(_data, _digest);

    [Benchmark(OperationsPerInvoke = Blocks)]
    public void Kernel() => Sha256.Hash(_data, _digest);

    [Benchmark(OperationsPerInvoke = Blocks)]
    public void Reference() => Sha256Reference.Compress(_state, _data);
}
