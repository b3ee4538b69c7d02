using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>The native form for as few terms as a verifier has: doublings shared by all, no buckets.</summary>
internal sealed class FewTermsEngine<F, TBases>(TBases bases) : IMsmEngine<F>
    where F : unmanaged, ICurveField<F>
    where TBases : IBases<F>
{
    /// <summary>Where buckets begin to pay.</summary>
    internal const int MaxTerms = 64;

    private readonly AffinePoint<F>[] _points = new AffinePoint<F>[bases.Count];
    private readonly Limbs4[] _scalars = new Limbs4[bases.Count];

    public int ChunkSize => _points.Length;

    public int Slices => 1;

    public int Windows => 1;

    public void Begin(long first, ReadOnlySpan<Limbs4> scalars, ScalarForm form)
    {
        for (int i = 0; i < scalars.Length; i++)
        {
            _scalars[i] = scalars[i].ToCanonical(form);
        }
    }

    public void Load(int slice)
    {
        if (!bases.IsEncoded)
        {
            bases.Points(0, _points.Length).CopyTo(_points);
            return;
        }
        for (int i = 0; i < _points.Length; i++)
        {
            if (_scalars[i] != default)
            {
                bases.Decode(i, _points.AsSpan(i, 1));
            }
        }
    }

    public void Accumulate(int window, int worker)
    {
    }

    public void Reduce(int window, int worker)
    {
    }

    public ProjectivePoint<F> Sum()
    {
        BlsNative.MultiplyFew(
            Unsafe.SizeOf<F>() == Fp.Size ? 1 : 2, _points, MemoryMarshal.Cast<Limbs4, ulong>(_scalars), out ProjectivePoint<F> sum);
        return sum;
    }

    public void Dispose()
    {
    }
}
