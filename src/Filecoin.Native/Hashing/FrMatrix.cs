using Filecoin.Native.Fields;

namespace Filecoin.Native.Hashing;

/// <summary>A dense square matrix over <see cref="Fr"/>, by rows. Used to derive constants, not to hash.</summary>
internal sealed class FrMatrix(int size)
{
    private readonly Fr[] _cells = new Fr[size * size];

    public int Size => size;

    /// <summary>All cells, row after row.</summary>
    public Fr[] Cells => _cells;

    public ref Fr this[int row, int column] => ref _cells[row * size + column];

    public static FrMatrix Identity(int size)
    {
        var identity = new FrMatrix(size);
        for (int i = 0; i < size; i++)
        {
            identity[i, i] = Fr.One;
        }
        return identity;
    }

    public ReadOnlySpan<Fr> Row(int row) => _cells.AsSpan(row * size, size);

    /// <summary>The matrix times a column vector.</summary>
    public Fr[] Apply(ReadOnlySpan<Fr> vector)
    {
        var result = new Fr[size];
        for (int i = 0; i < size; i++)
        {
            ReadOnlySpan<Fr> row = Row(i);
            for (int j = 0; j < size; j++)
            {
                result[i] += row[j] * vector[j];
            }
        }
        return result;
    }

    public static FrMatrix operator *(FrMatrix left, FrMatrix right)
    {
        var product = new FrMatrix(left.Size);
        for (int i = 0; i < left.Size; i++)
        {
            for (int k = 0; k < left.Size; k++)
            {
                Fr factor = left[i, k];
                for (int j = 0; j < left.Size; j++)
                {
                    product[i, j] += factor * right[k, j];
                }
            }
        }
        return product;
    }

    /// <summary>The matrix without its first row and column.</summary>
    public FrMatrix FirstMinor()
    {
        var minor = new FrMatrix(size - 1);
        for (int i = 1; i < size; i++)
        {
            Row(i)[1..].CopyTo(minor._cells.AsSpan((i - 1) * (size - 1)));
        }
        return minor;
    }

    /// <summary>The inverse, by Gauss and Jordan.</summary>
    /// <exception cref="ArithmeticException">The matrix is singular.</exception>
    public FrMatrix Inverse()
    {
        var work = new FrMatrix(size);
        _cells.CopyTo(work._cells, 0);
        FrMatrix inverse = Identity(size);
        for (int column = 0; column < size; column++)
        {
            int pivot = column;
            while (pivot < size && work[pivot, column].IsZero)
            {
                pivot++;
            }
            if (pivot == size)
            {
                throw new ArithmeticException($"The matrix is singular: column {column} has no pivot.");
            }
            work.SwapRows(pivot, column);
            inverse.SwapRows(pivot, column);
            Fr scale = work[column, column].Inverse();
            FrBatch.Scale(work.Row(column), scale, work.MutableRow(column));
            FrBatch.Scale(inverse.Row(column), scale, inverse.MutableRow(column));
            for (int row = 0; row < size; row++)
            {
                Fr factor = -work[row, column];
                if (row != column && !factor.IsZero)
                {
                    FrBatch.ScaleAdd(work.Row(column), factor, work.MutableRow(row));
                    FrBatch.ScaleAdd(inverse.Row(column), factor, inverse.MutableRow(row));
                }
            }
        }
        return inverse;
    }

    private Span<Fr> MutableRow(int row) => _cells.AsSpan(row * size, size);

    private void SwapRows(int a, int b)
    {
        for (int j = 0; a != b && j < size; j++)
        {
            (this[a, j], this[b, j]) = (this[b, j], this[a, j]);
        }
    }
}
