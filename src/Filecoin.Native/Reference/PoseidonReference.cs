using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;

namespace Filecoin.Native.Reference;

/// <summary>The managed forms of Poseidon: the cheaper one that the fallback runs, and the definition, its oracle.</summary>
internal static class PoseidonReference
{
    public const int MaxWidth = 37;

    /// <summary>The permutation in its cheaper form; see <see cref="PoseidonConstants"/>. The state ends up undefined except for element 1.</summary>
    public static void Permute(PoseidonConstants constants, Span<Fr> state)
    {
        int width = constants.Width, half = constants.FullRounds / 2;
        ReadOnlySpan<Fr> keys = constants.CompressedRoundConstants;
        Span<Fr> scratch = stackalloc Fr[MaxWidth];
        scratch = scratch[..width];

        AddKeys(state, ref keys);
        for (int round = 0; round < half; round++)
        {
            FullBoxes(state);
            AddKeys(state, ref keys);
            MultiplyMatrix(state, round == half - 1 ? constants.PreSparse : constants.Mds, scratch);
        }
        for (int round = 0; round < constants.PartialRounds; round++)
        {
            state[0] = Box(state[0]) + keys[0];
            keys = keys[1..];
            MultiplySparse(state, constants.SparseColumn(round), constants.SparseRow(round));
        }
        for (int round = 1; round < half; round++)
        {
            FullBoxes(state);
            AddKeys(state, ref keys);
            MultiplyMatrix(state, constants.Mds, scratch);
        }
        FullBoxes(state);
        state[1] = Dot(constants.Mds.Slice(width, width), state);
    }

    /// <summary>The permutation as it is defined: add constants, S-boxes, matrix, in each round.</summary>
    public static void PermuteByDefinition(PoseidonConstants constants, Span<Fr> state)
    {
        int half = constants.FullRounds / 2, rounds = constants.FullRounds + constants.PartialRounds;
        ReadOnlySpan<Fr> keys = constants.RoundConstants;
        Span<Fr> scratch = stackalloc Fr[MaxWidth];
        for (int round = 0; round < rounds; round++)
        {
            AddKeys(state, ref keys);
            if (round < half || round >= rounds - half)
            {
                FullBoxes(state);
            }
            else
            {
                state[0] = Box(state[0]);
            }
            MultiplyMatrix(state, constants.Mds, scratch[..constants.Width]);
        }
    }

    public static Fr Hash(PoseidonConstants constants, ReadOnlySpan<Fr> preimage)
    {
        Span<Fr> state = stackalloc Fr[MaxWidth];
        state = state[..constants.Width];
        state[0] = constants.DomainTag;
        preimage.CopyTo(state[1..]);
        Permute(constants, state);
        return state[1];
    }

    /// <summary>The index of the first preimage with a non-canonical element, or −1.</summary>
    public static long HashMany(PoseidonConstants constants, ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        Span<Fr> elements = stackalloc Fr[MaxWidth - 1];
        elements = elements[..constants.Arity];
        int size = constants.Arity * Fr.Size;
        for (int i = 0; i < digests.Length / Fr.Size; i++)
        {
            if (FrReference.Read(preimages.Slice(i * size, size), elements) >= 0)
            {
                return i;
            }
            Hash(constants, elements).Write(digests[(i * Fr.Size)..]);
        }
        return -1;
    }

    private static Fr Box(Fr value)
    {
        Fr square = value.Square();
        return square.Square() * value;
    }

    private static void FullBoxes(Span<Fr> state)
    {
        for (int i = 0; i < state.Length; i++)
        {
            state[i] = Box(state[i]);
        }
    }

    private static void AddKeys(Span<Fr> state, ref ReadOnlySpan<Fr> keys)
    {
        for (int i = 0; i < state.Length; i++)
        {
            state[i] += keys[i];
        }
        keys = keys[state.Length..];
    }

    private static Fr Dot(ReadOnlySpan<Fr> left, ReadOnlySpan<Fr> right)
    {
        Fr sum = Fr.Zero;
        for (int i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }
        return sum;
    }

    /// <summary>state ← state · matrix.</summary>
    private static void MultiplyMatrix(Span<Fr> state, ReadOnlySpan<Fr> matrix, Span<Fr> scratch)
    {
        scratch.Clear();
        for (int i = 0; i < state.Length; i++)
        {
            for (int j = 0; j < state.Length; j++)
            {
                scratch[j] += state[i] * matrix[i * state.Length + j];
            }
        }
        scratch.CopyTo(state);
    }

    private static void MultiplySparse(Span<Fr> state, ReadOnlySpan<Fr> column, ReadOnlySpan<Fr> row)
    {
        Fr first = state[0];
        state[0] = Dot(column, state);
        for (int j = 1; j < state.Length; j++)
        {
            state[j] += first * row[j - 1];
        }
    }
}
