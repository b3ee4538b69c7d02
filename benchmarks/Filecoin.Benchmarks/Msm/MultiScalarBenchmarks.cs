using BenchmarkDotNet.Attributes;
using Filecoin.Benchmarks.Fields;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Msm;

namespace Filecoin.Benchmarks.Msm;

/// <summary>Sums of many terms on one core, bases encoded as in parameter files; the scalar ADX form is the baseline.</summary>
[InProcess, CpuTime]
public class MultiScalarBenchmarks
{
    private MemoryRegion _bases = MemoryRegion.Allocate(0);
    private Fr[] _scalars = [];
    private MsmOptions _options = MsmOptions.Default;

    /// <summary>The paths of this machine.</summary>
    public static IEnumerable<object> Paths =>
        Enum.GetValues<MsmPath>().Where(p => p != MsmPath.Best && MsmNative.HasPath(p)).Cast<object>();

    [ParamsSource(nameof(Paths))]
    public object Path { get; set; } = MsmPath.Best;

    [Params(1, 2)]
    public int Group { get; set; }

    [Params(16, 20)]
    public int LogTerms { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int count = 1 << LogTerms;
        _options = new MsmOptions { Path = (MsmPath)Path };
        _scalars = FrBenchmarks.Elements(5, count);
        Fr[] logs = FrBenchmarks.Elements(6, count);
        int size = Group == 1 ? G1Affine.UncompressedSize : G2Affine.UncompressedSize;
        _bases = MemoryRegion.Allocate((long)count * size);
        if (Group == 1)
        {
            using var table = new FixedBaseG1(G1Affine.Generator, count);
            table.MultiplyEncoded(logs, _bases.Span(0, count * size));
        }
        else
        {
            using var table = new FixedBaseG2(G2Affine.Generator, count);
            table.MultiplyEncoded(logs, _bases.Span(0, count * size));
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _bases.Dispose();

    /// <summary>Every scalar is uniform, as those of h are.</summary>
    [Benchmark]
    public object Uniform() => Group == 1
        ? MultiScalar.MultiplyG1(G1Bases.FromUncompressed(_bases, 0, _scalars.Length), _scalars, _options)
        : MultiScalar.MultiplyG2(G2Bases.FromUncompressed(_bases, 0, _scalars.Length), _scalars, _options);
}

/// <summary>Sums whose scalars are a circuit's: nine tenths are zero or one.</summary>
[InProcess, CpuTime]
public class CircuitScalarsBenchmarks
{
    private readonly G1Affine[] _points = new G1Affine[1 << 20];
    private readonly Fr[] _scalars = FrBenchmarks.Elements(7, 1 << 20);

    [GlobalSetup]
    public void Setup()
    {
        using var table = new FixedBaseG1(G1Affine.Generator, _points.Length);
        table.Multiply(_scalars, _points);
        for (int i = 0; i < _scalars.Length; i++)
        {
            _scalars[i] = (i % 10) switch { < 5 => Fr.Zero, < 9 => Fr.One, _ => _scalars[i] };
        }
    }

    [Benchmark]
    public G1Projective Circuit() => MultiScalar.MultiplyG1(G1Bases.FromPoints(_points), _scalars);
}

/// <summary>2^16 multiples of one base, encoded, with the table that a set-up of 2^22 of them makes.</summary>
[InProcess, CpuTime]
public class FixedBaseBenchmarks
{
    private const int Count = 1 << 16;

    private readonly Fr[] _scalars = FrBenchmarks.Elements(8, Count);
    private readonly byte[] _encoded = new byte[Count * G2Affine.UncompressedSize];
    private readonly FixedBaseG1 _g1 = new(G1Affine.Generator, 1 << 22);
    private readonly FixedBaseG2 _g2 = new(G2Affine.Generator, 1 << 22);

    [Benchmark]
    public void G1() => _g1.MultiplyEncoded(_scalars, _encoded.AsSpan(0, Count * G1Affine.UncompressedSize));

    [Benchmark]
    public void G2() => _g2.MultiplyEncoded(_scalars, _encoded);
}
