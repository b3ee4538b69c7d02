using BenchmarkDotNet.Attributes;
using Filecoin.Benchmarks.Fields;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Msm;
using Filecoin.Native.Reference;

namespace Filecoin.Benchmarks.Curves;

/// <summary>What verifying one proof takes: points decoded, a sum over the public inputs, three Miller loops, one final exponentiation.</summary>
[InProcess, CpuTime]
public class PairingBenchmarks
{
    private const int Inputs = 22;

    private readonly G1Affine[] _ps = new G1Affine[3], _inputs = new G1Affine[Inputs];
    private readonly G2Affine[] _qs = new G2Affine[3];
    private readonly Fr[] _scalars = FrBenchmarks.Elements(9, Inputs);
    private byte[] _g1 = [], _g2 = [];

    [GlobalSetup]
    public void Setup()
    {
        using var g1 = new FixedBaseG1(G1Affine.Generator);
        using var g2 = new FixedBaseG2(G2Affine.Generator);
        g1.Multiply(FrBenchmarks.Elements(10, 3), _ps);
        g1.Multiply(FrBenchmarks.Elements(11, Inputs), _inputs);
        g2.Multiply(FrBenchmarks.Elements(12, 3), _qs);
        (_g1, _g2) = (_ps[0].ToCompressed(), _qs[0].ToCompressed());
    }

    [Benchmark(Baseline = true)]
    public Fp12 ManagedMultiPairingOfThree() => PairingReference.FinalExponentiation(PairingReference.MillerLoop(_ps, _qs));

    [Benchmark]
    public Fp12 MultiPairingOfThree() => Pairing.MultiPairing(_ps, _qs);

    [Benchmark]
    public G1Projective SumOverInputs() => MultiScalar.MultiplyG1(G1Bases.FromPoints(_inputs), _scalars);

    [Benchmark]
    public G1Affine DecodeCheckedG1() => G1Affine.ReadCompressed(_g1);

    [Benchmark]
    public G2Affine DecodeCheckedG2() => G2Affine.ReadCompressed(_g2);

    [Benchmark]
    public G2Projective HashToG2() => HashToCurve.HashToG2(_g1, BlsSignatures.DomainSeparationTag);
}
