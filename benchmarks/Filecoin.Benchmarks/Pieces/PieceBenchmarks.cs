using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;

namespace Filecoin.Benchmarks.Pieces;

/// <summary>The data of an 8 MiB sector (8,323,072 bytes) on its way to CommP. The baseline moves the bytes and does nothing else.</summary>
[CpuTime, MemoryDiagnoser]
public class PieceBenchmarks
{
    private readonly byte[] data = RandomNumberGenerator.GetBytes((int)SectorSize.MiB8.UnpaddedBytes);
    private readonly byte[] padded = new byte[SectorSize.MiB8.Bytes];

    [GlobalSetup]
    public void Setup() => Fr32.Pad(data, padded);

    [Benchmark(Baseline = true)]
    public void Copy() => data.CopyTo(padded, 0);

    [Benchmark]
    public void Pad() => Fr32.Pad(data, padded);

    [Benchmark]
    public void Unpad() => Fr32.Unpad(padded, data);

    [Benchmark]
    public PieceInfo CommP() => PieceCommitment.Compute(data);

    [Benchmark]
    [Arguments(1)]
    [Arguments(2)]
    public Task<PieceInfo> CommPOfStream(int degree) => PieceCommitment.ComputeAsync(
        new MemoryStream(data), PieceSize.FromUnpadded(data.Length), new PieceOptions { DegreeOfParallelism = degree });
}
