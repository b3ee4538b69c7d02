using Filecoin.Native.Fields;
using Filecoin.Native.Interop;

namespace Filecoin.Native.Polynomials;

/// <summary>
/// The tables of one kind of transform for one size, as a native form reads them (kernels/ntt_body.h).
/// With N points in 2^a rows and 2^(a+b) columns, and input n scaled by s·g^n and output k by h^k:
/// the rows' factors are g^(columns·row), the outputs' h^(rows·j), and all the rest joins the twiddles between the two transforms.
/// </summary>
internal sealed class NttPlan
{
    private readonly Fr _root, _inputScale, _inputRatio, _outputRatio;

    /// <param name="form">A native form.</param>
    /// <param name="logSize">At least 6.</param>
    /// <param name="root">The root of unity of the transform, of order 2^logSize.</param>
    /// <param name="inputScale">What every input is multiplied by.</param>
    /// <param name="inputRatio">Input n is multiplied by its n-th power.</param>
    /// <param name="outputRatio">Output k is multiplied by its k-th power.</param>
    public NttPlan(FieldForm form, int logSize, Fr root, Fr inputScale, Fr inputRatio, Fr outputRatio)
    {
        (_root, _inputScale, _inputRatio, _outputRatio) = (root, inputScale, inputRatio, outputRatio);
        LogRows = logSize / 2;
        LogColumns = logSize - LogRows;
        RowTwiddles = FieldConstants.Encode(form, Twiddles(LogColumns, root.Pow(1UL << LogRows)));
        ColumnTwiddles = LogRows == LogColumns
            ? RowTwiddles
            : FieldConstants.Encode(form, Twiddles(LogRows, root.Pow(1UL << LogColumns)));
        RowFactors = inputRatio.IsOne ? null : FieldConstants.Encode(form, Powers(inputRatio.Pow(1UL << LogColumns), 1 << LogRows));
        OutputFactors = outputRatio.IsOne ? null : FieldConstants.Encode(form, Powers(outputRatio.Pow(1UL << LogRows), 1 << LogColumns));
    }

    public int LogRows { get; }

    public int LogColumns { get; }

    /// <summary>Groups of eight columns.</summary>
    public int ColumnGroups => 1 << (LogColumns - 3);

    /// <summary>Groups of eight rows.</summary>
    public int RowGroups => 1 << (LogRows - 3);

    public ulong[] ColumnTwiddles { get; }

    public ulong[] RowTwiddles { get; }

    public ulong[]? RowFactors { get; }

    public ulong[]? OutputFactors { get; }

    /// <summary>
    /// Where a run of column groups starts: for each of its first eight columns c the factor of row 0 and its ratio from row to row,
    /// then what both are multiplied by from group to group. 18 elements.
    /// </summary>
    public void Start(int firstGroup, Span<Fr> start)
    {
        ulong column = (ulong)firstGroup * 8;
        Fr factor = _inputScale * _inputRatio.Pow(column), ratio = _outputRatio * _root.Pow(column);
        for (int lane = 0; lane < 8; lane++)
        {
            start[lane] = factor;
            start[8 + lane] = ratio;
            factor *= _inputRatio;
            ratio *= _root;
        }
        start[16] = _inputRatio.Pow(8);
        start[17] = _root.Pow(8);
    }

    /// <summary>
    /// The twiddles of a transform of 2^logSize points in the order of use: stages go in pairs, after a first one alone if their number is odd.
    /// A pair that makes runs of 4h of runs of h takes, for each place j below h, w_2h^j, w_4h^j and w_4h^(j+h); the pair with h = 1 only w_4.
    /// </summary>
    private static Fr[] Twiddles(int logSize, Fr root)
    {
        int size = 1 << logSize;
        Fr[] powers = Powers(root, size);
        var twiddles = new List<Fr>(size);
        int h = 2;
        if (logSize % 2 == 0)
        {
            twiddles.Add(powers[size / 4]);
            h = 4;
        }
        for (; h < size; h *= 4)
        {
            int step = size / (4 * h);
            for (int j = 0; j < h; j++)
            {
                twiddles.Add(powers[2 * step * j]);
                twiddles.Add(powers[step * j]);
                twiddles.Add(powers[step * (j + h)]);
            }
        }
        return [.. twiddles];
    }

    private static Fr[] Powers(Fr ratio, int count)
    {
        var powers = new Fr[count];
        powers.AsSpan().Fill(Fr.One);
        FrBatch.ScalePowers(powers, Fr.One, ratio);
        return powers;
    }
}
