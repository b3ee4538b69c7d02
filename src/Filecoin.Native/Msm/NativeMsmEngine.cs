using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Msm;

/// <summary>The native form: kernels/msm.c fed with chunks. All memory is taken at the start and does not grow with the number of terms.</summary>
internal sealed class NativeMsmEngine<F, TBases> : IMsmEngine<F>
    where F : unmanaged, ICurveField<F>
    where TBases : IBases<F>
{
    private const int MaxChunk = 1 << 16, SliceSize = 1 << 12;

    private readonly TBases _bases;
    private readonly int _group;
    private readonly int _windowBits;
    private readonly MemoryRegion _scalars, _digits, _points, _buckets, _workspace;
    private readonly long _bucketBytes, _workspaceBytes;
    private readonly uint[] _live;
    private readonly ProjectivePoint<F>[] _sums;
    private ScalarForm _form;
    private long _first;
    private int _count;

    internal NativeMsmEngine(TBases bases, int workers, MsmPath path)
    {
        _bases = bases;
        _group = MsmNative.WithPath(Unsafe.SizeOf<F>() == Fp.Size ? 1 : 2, path);
        _windowBits = MsmWindow.Bits(bases.Count);
        ChunkSize = (int)Math.Min(bases.Count, MaxChunk);
        Windows = MsmWindow.Count(_windowBits);
        int size = MsmNative.PointSize(_group);
        _bucketBytes = (long)size << (_windowBits - 1);
        _workspaceBytes = (MsmNative.Workspace(_group, ChunkSize, 1 << (_windowBits - 1)) + 63) & ~63L;
        _live = new uint[ChunkSize];
        _sums = new ProjectivePoint<F>[Windows];
        _scalars = MemoryRegion.Allocate((long)ChunkSize * Fr.Size);
        _digits = MemoryRegion.Allocate((long)Windows * ChunkSize * sizeof(short));
        _points = MemoryRegion.Allocate((long)ChunkSize * size);
        _buckets = MemoryRegion.Allocate(Windows * _bucketBytes);
        _workspace = MemoryRegion.Allocate(Math.Min(workers, Windows) * _workspaceBytes);
    }

    public int ChunkSize { get; }

    public int Slices => (ChunkSize + SliceSize - 1) / SliceSize;

    public int Windows { get; }

    public void Begin(long first, ReadOnlySpan<Limbs4> scalars, ScalarForm form)
    {
        (_first, _count, _form) = (first, scalars.Length, form);
        scalars.CopyTo(_scalars.Elements<Limbs4>(0, _count));
    }

    public void Load(int slice)
    {
        int start = slice * SliceSize, count = Math.Min(SliceSize, _count - start);
        if (count <= 0)
        {
            return;
        }
        int error, malformed;
        if (_bases.IsEncoded)
        {
            error = Load(_bases.Encodings(_first + start, count), true, start, count, out malformed);
        }
        else
        {
            error = Load(_bases.Points(_first + start, count), false, start, count, out malformed);
        }
        if (error >= 0)
        {
            int size = 2 * F.EncodedSize;
            long index = _first + start + malformed;
            throw PointEncoding.Failure((PointDecodingError)error, Unsafe.SizeOf<F>() == Fp.Size ? "G1" : "G2", index, size, _bases.Encodings(index, 1));
        }
    }

    public void Accumulate(int window, int worker) => MsmNative.Accumulate(
        _group, _points, _digits, (long)window * ChunkSize, _count, _windowBits, _buckets, window * _bucketBytes,
        _workspace, worker * _workspaceBytes);

    public void Reduce(int window, int worker) => MsmNative.Reduce(
        _group, _buckets, window * _bucketBytes, _windowBits, out _sums[window], _workspace, worker * _workspaceBytes);

    public ProjectivePoint<F> Sum()
    {
        ProjectivePoint<F> total = ProjectivePoint<F>.Infinity;
        for (int window = Windows - 1; window >= 0; window--)
        {
            for (int i = 0; i < _windowBits; i++)
            {
                total = total.Double();
            }
            total += _sums[window];
        }
        return total;
    }

    public void Dispose()
    {
        _scalars.Dispose();
        _digits.Dispose();
        _points.Dispose();
        _buckets.Dispose();
        _workspace.Dispose();
    }

    private int Load<TBase>(ReadOnlySpan<TBase> bases, bool encoded, int start, int count, out int malformed)
        where TBase : unmanaged => MsmNative.Load(
            _group, bases, encoded, (uint)_bases.Checks, MemoryMarshal.Cast<Limbs4, ulong>(_scalars.ReadOnlyElements<Limbs4>(start, count)),
            count, _form == ScalarForm.Montgomery, _windowBits, Windows, _digits, start, ChunkSize, _points, start,
            _live.AsSpan(start, count), out malformed);
}
