using Filecoin.Native.Fields;

namespace Filecoin.Native.Hashing;

/// <summary>The linear layers of Poseidon and their factorisation (Poseidon paper, appendix B: "Efficient implementation").</summary>
internal static class PoseidonMatrices
{
    /// <summary>The Cauchy matrix 1 / (x_i + y_j) with x = 0, 1, … and y = width, width + 1, …</summary>
    public static FrMatrix Cauchy(int width)
    {
        var matrix = new FrMatrix(width);
        for (int i = 0; i < width; i++)
        {
            for (int j = 0; j < width; j++)
            {
                matrix[i, j] = Fr.FromUInt64((ulong)(i + width + j));
            }
        }
        FrBatch.Invert(matrix.Cells);
        return matrix;
    }

    /// <summary>
    /// Pushes round constants back through the linear layers, so that they are added after the S-boxes,
    /// and those of partial rounds back through the identity part of the S-box layer, so that one per round remains.
    /// </summary>
    public static Fr[] CompressRoundConstants(FrMatrix mds, Fr[] constants, int fullRounds, int partialRounds)
    {
        int width = mds.Size, half = fullRounds / 2;
        FrMatrix inverse = mds.Inverse();
        ReadOnlySpan<Fr> Keys(int round) => constants.AsSpan(round * width, width);

        var compressed = new List<Fr>(fullRounds * width + partialRounds);
        compressed.AddRange(Keys(0));
        for (int round = 1; round < half; round++)
        {
            compressed.AddRange(inverse.Apply(Keys(round)));
        }

        // From the first full round after the partial ones, backwards.
        var partialKeys = new Fr[partialRounds];
        Fr[] accumulated = Keys(half + partialRounds).ToArray();
        for (int i = partialRounds - 1; i >= 0; i--)
        {
            Fr[] inverted = inverse.Apply(accumulated);
            partialKeys[i] = inverted[0];
            inverted[0] = Fr.Zero;
            FrBatch.Add(Keys(half + i), inverted, accumulated);
        }
        compressed.AddRange(inverse.Apply(accumulated));
        compressed.AddRange(partialKeys);

        for (int round = half + partialRounds + 1; round < fullRounds + partialRounds; round++)
        {
            compressed.AddRange(inverse.Apply(Keys(round)));
        }
        return [.. compressed];
    }

    /// <summary>
    /// Factors the matrix of each partial round, from the last to the first, into M = M'·M'': M'' is sparse and stays,
    /// M' commutes with the partial S-box layer and joins the round before. What is left at the end is the dense matrix before them all.
    /// </summary>
    public static (Fr[] PreSparse, Fr[] Columns, Fr[] Rows) FactorToSparse(FrMatrix mds, int partialRounds)
    {
        int width = mds.Size, arity = width - 1;
        var columns = new Fr[partialRounds * width];
        var rows = new Fr[partialRounds * arity];
        FrMatrix current = mds;
        for (int round = partialRounds - 1; round >= 0; round--)
        {
            var firstColumn = new Fr[arity];
            for (int i = 0; i < arity; i++)
            {
                firstColumn[i] = current[i + 1, 0];
            }
            Fr[] hat = current.FirstMinor().Inverse().Apply(firstColumn);
            columns[round * width] = current[0, 0];
            hat.CopyTo(columns, round * width + 1);
            current.Row(0)[1..].CopyTo(rows.AsSpan(round * arity));
            current = mds * WithoutFirstRowAndColumn(current);
        }
        return (current.Cells, columns, rows);
    }

    /// <summary>M': the matrix with its first row and column replaced by the identity's.</summary>
    private static FrMatrix WithoutFirstRowAndColumn(FrMatrix matrix)
    {
        var prime = new FrMatrix(matrix.Size);
        prime[0, 0] = Fr.One;
        for (int i = 1; i < matrix.Size; i++)
        {
            for (int j = 1; j < matrix.Size; j++)
            {
                prime[i, j] = matrix[i, j];
            }
        }
        return prime;
    }
}
