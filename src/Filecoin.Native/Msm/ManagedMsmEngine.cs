using Filecoin.Native.Fields;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>The managed form: <see cref="MsmReference{F}"/> fed with chunks.</summary>
internal sealed class ManagedMsmEngine<F, TBases>(TBases bases) : IMsmEngine<F>
    where F : unmanaged, ICurveField<F>
    where TBases : IBases<F>
{
    private const int SliceSize = 1 << 10;

    private readonly MsmReference<F> _reference = new(bases.Count);
    private readonly AffinePoint<F>[] _points = new AffinePoint<F>[Math.Min(bases.Count, 1 << 14)];
    private readonly Limbs4[] _scalars = new Limbs4[Math.Min(bases.Count, 1 << 14)];
    private long _first;
    private int _count;

    public int ChunkSize => _points.Length;

    public int Slices => (_points.Length + SliceSize - 1) / SliceSize;

    public int Windows => _reference.Windows;

    public void Begin(long first, ReadOnlySpan<Limbs4> scalars, ScalarForm form)
    {
        (_first, _count) = (first, scalars.Length);
        for (int i = 0; i < scalars.Length; i++)
        {
            _scalars[i] = scalars[i].ToCanonical(form);
        }
    }

    public void Load(int slice)
    {
        int start = slice * SliceSize, end = Math.Min(_count, start + SliceSize);
        if (!bases.IsEncoded)
        {
            if (start < end)
            {
                bases.Points(_first + start, end - start).CopyTo(_points.AsSpan(start));
            }
            return;
        }
        for (int i = start; i < end; i++)
        {
            if (_scalars[i] != default)
            {
                bases.Decode(_first + i, _points.AsSpan(i, 1));
            }
        }
    }

    public void Accumulate(int window, int worker) => _reference.Accumulate(window, _points.AsSpan(0, _count), _scalars.AsSpan(0, _count));

    public void Reduce(int window, int worker) => _reference.Reduce(window);

    public ProjectivePoint<F> Sum() => _reference.Sum();

    public void Dispose()
    {
    }
}
