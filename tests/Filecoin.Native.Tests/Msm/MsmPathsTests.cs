using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Msm;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Tests.Msm;

/// <summary>Every path of the kernels that the processor has gives what the managed reference gives.</summary>
public sealed class MsmPathsTests
{
    public static TheoryData<int, ScalarKind> Cases
    {
        get
        {
            var cases = new TheoryData<int, ScalarKind>();
            foreach (ScalarKind kind in Enum.GetValues<ScalarKind>())
            {
                cases.Add(1, kind);
                cases.Add(75, kind);
                if (Kernels.Form != KernelForm.Managed)
                {
                    cases.Add(700, kind);
                }
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Paths_agree_on_sums(int count, ScalarKind kind)
    {
        MsmCase c = MsmCase.Make(count, kind, 77);
        G1Bases g1 = G1Bases.FromPoints(c.PointsG1());
        G2Bases g2 = G2Bases.FromPoints(c.PointsG2());
        G1Projective expected1 = new(Managed<Fp, G1Bases>(g1, c.Scalars));
        G2Projective expected2 = new(Managed<Fp2, G2Bases>(g2, c.Scalars));
        Assert.Equal(G1Affine.Generator * c.ExpectedLog, expected1);
        Assert.Equal(G2Affine.Generator * c.ExpectedLog, expected2);
        foreach (MsmPath path in Paths())
        {
            var options = new MsmOptions { Path = path, DegreeOfParallelism = 2 };
            Assert.Equal(expected1, MultiScalar.MultiplyG1(g1, c.Scalars, options));
            Assert.Equal(expected2, MultiScalar.MultiplyG2(g2, c.Scalars, options));
        }
    }

    [Fact]
    public void Paths_agree_on_multiples_of_a_fixed_base()
    {
        // All large scalars of one base, and others in between: lanes that add, double, cancel and pass infinity side by side.
        MsmCase c = MsmCase.Make(333, ScalarKind.Edges, 3);
        var reference1 = new AffinePoint<Fp>[c.Scalars.Length];
        var reference2 = new AffinePoint<Fp2>[c.Scalars.Length];
        Limbs4[] canonical = [.. c.Canonical().Select(s => new Limbs4(s.L0, s.L1, s.L2, s.L3))];
        new FixedBaseReference<Fp>(G1Affine.Generator.Point).Multiply(canonical, reference1);
        new FixedBaseReference<Fp2>(G2Affine.Generator.Point).Multiply(canonical, reference2);
        foreach (MsmPath path in Paths())
        {
            using var table1 = new FixedBaseTable<Fp>(G1Affine.Generator.Point, 1000, path);
            using var table2 = new FixedBaseTable<Fp2>(G2Affine.Generator.Point, 1000, path);
            var products1 = new AffinePoint<Fp>[reference1.Length];
            var products2 = new AffinePoint<Fp2>[reference2.Length];
            table1.Multiply(c.Scalars, products1);
            table2.Multiply(c.Scalars, products2);
            Assert.Equal(reference1, products1);
            Assert.Equal(reference2, products2);
        }
    }

    private static IEnumerable<MsmPath> Paths() =>
        Kernels.Form == KernelForm.Managed ? [MsmPath.Best] : Enum.GetValues<MsmPath>().Where(MsmNative.HasPath);

    private static ProjectivePoint<F> Managed<F, TBases>(TBases bases, Fr[] scalars)
        where F : unmanaged, ICurveField<F>
        where TBases : IBases<F>
    {
        using var engine = new ManagedMsmEngine<F, TBases>(bases);
        engine.Begin(0, System.Runtime.InteropServices.MemoryMarshal.Cast<Fr, Limbs4>(scalars), ScalarForm.Montgomery);
        for (int slice = 0; slice < engine.Slices; slice++)
        {
            engine.Load(slice);
        }
        for (int window = 0; window < engine.Windows; window++)
        {
            engine.Accumulate(window, 0);
            engine.Reduce(window, 0);
        }
        return engine.Sum();
    }
}
