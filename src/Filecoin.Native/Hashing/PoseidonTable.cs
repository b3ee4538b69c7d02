using Filecoin.Native.Fields;
using Filecoin.Native.Interop;

namespace Filecoin.Native.Hashing;

/// <summary>
/// The constants of one arity as a native form reads them: in order of use, partial rounds grouped into blocks
/// (kernels/poseidon.c says the order and what a block is).
/// </summary>
internal sealed class PoseidonTable
{
    public PoseidonTable(PoseidonConstants constants, FieldForm form)
    {
        // Blocks trade reductions for products, which pays only where a product is cheaper than its reduction.
        Block = form == FieldForm.Ifma ? 4 : 1;
        Words = FieldConstants.Encode(form, [.. InOrder(constants, Block)]);
    }

    /// <summary>Partial rounds of a block.</summary>
    public int Block { get; }

    /// <summary>The table, pinned.</summary>
    public ulong[] Words { get; }

    private static List<Fr> InOrder(PoseidonConstants constants, int blockSize)
    {
        int width = constants.Width, half = constants.FullRounds / 2;
        var order = new List<Fr>();
        ReadOnlySpan<Fr> keys = constants.CompressedRoundConstants;
        order.Add(constants.DomainTag + keys[0]);
        order.AddRange(keys[1..((1 + half) * width)]);
        keys = keys[((1 + half) * width)..];

        order.AddRange(constants.Mds);
        for (int output = 0; output < width; output++)
        {
            for (int input = 0; input < width; input++)
            {
                order.Add(constants.PreSparse[input * width + output]);
            }
        }
        for (int first = 0; first < constants.PartialRounds; first += blockSize)
        {
            int rounds = Math.Min(blockSize, constants.PartialRounds - first);
            AddBlock(order, constants, first, keys[..rounds]);
            keys = keys[rounds..];
        }
        order.AddRange(keys);
        return order;
    }

    private static void AddBlock(List<Fr> order, PoseidonConstants constants, int first, ReadOnlySpan<Fr> keys)
    {
        for (int l = 0; l < keys.Length; l++)
        {
            ReadOnlySpan<Fr> column = constants.SparseColumn(first + l);
            order.Add(keys[l]);
            order.Add(column[0]);
            for (int earlier = 0; earlier < l; earlier++)
            {
                // What round l sees of the gains that elements 1.. had from an earlier round of the block.
                Fr gain = Fr.Zero;
                ReadOnlySpan<Fr> row = constants.SparseRow(first + earlier);
                for (int j = 0; j < row.Length; j++)
                {
                    gain += column[1 + j] * row[j];
                }
                order.Add(gain);
            }
            order.AddRange(column[1..]);
        }
        for (int j = 0; j < constants.Arity; j++)
        {
            for (int l = 0; l < keys.Length; l++)
            {
                order.Add(constants.SparseRow(first + l)[j]);
            }
        }
    }
}
