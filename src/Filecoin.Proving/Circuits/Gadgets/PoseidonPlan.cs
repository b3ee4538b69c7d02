using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;

namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>
/// What a Poseidon circuit of one arity binds, independent of any instance: the input of each S-box after the first round, and the
/// digest, as a linear combination of earlier S-box outputs. Worked out once by running the linear layers on symbols.
/// </summary>
internal sealed class PoseidonPlan
{
    /// <summary>The source that stands for the constant one; others are S-box outputs, counted from zero.</summary>
    public const int One = -1;

    /// <summary>The longest combination of any plan: a full state, the partial rounds, and the constant.</summary>
    public const int MaxTerms = 128;

    private static readonly Lazy<PoseidonPlan>[] Plans = MakePlans();

    private readonly List<int> _sources = [];
    private readonly List<Fr> _coefficients = [];
    private readonly List<int> _ends = [];
    private readonly int[] _sourceTable;
    private readonly Fr[] _coefficientTable;
    private readonly int[] _endTable;

    private PoseidonPlan(PoseidonConstants constants)
    {
        Constants = constants;
        // The tag is a constant, so its first S-box is too.
        Fr tag = constants.DomainTag + constants.CompressedRoundConstants[0];
        TagOutput = tag.Square().Square() * tag + constants.CompressedRoundConstants[constants.Width];
        RunOnSymbols();
        (_sourceTable, _coefficientTable, _endTable) = ([.. _sources], [.. _coefficients], [.. _ends]);
    }

    /// <summary>The hash's constants.</summary>
    public PoseidonConstants Constants { get; }

    /// <summary>The domain tag after the first round's S-box.</summary>
    public Fr TagOutput { get; }

    /// <summary>S-boxes that are part of the circuit: all but that of the tag.</summary>
    public int OutputCount => Constants.Arity + (Constants.FullRounds - 1) * Constants.Width + Constants.PartialRounds;

    /// <summary>The plan of an arity.</summary>
    public static PoseidonPlan For(int arity)
    {
        int index = PoseidonConstants.Arities.IndexOf(arity);
        return index >= 0 ? Plans[index].Value : throw new ArgumentOutOfRangeException(nameof(arity), arity, "Filecoin has no Poseidon of this arity.");
    }

    /// <summary>Binding <paramref name="index"/> in order: its sources and their coefficients.</summary>
    public ReadOnlySpan<int> Sources(int index) => _sourceTable.AsSpan(StartOf(index).._endTable[index]);

    /// <summary>The coefficients that go with <see cref="Sources"/>.</summary>
    public ReadOnlySpan<Fr> CoefficientsOf(int index) => _coefficientTable.AsSpan(StartOf(index).._endTable[index]);

    private static Lazy<PoseidonPlan>[] MakePlans()
    {
        var plans = new Lazy<PoseidonPlan>[PoseidonConstants.Arities.Length];
        for (int i = 0; i < plans.Length; i++)
        {
            int arity = PoseidonConstants.Arities[i];
            plans[i] = new Lazy<PoseidonPlan>(() => new PoseidonPlan(PoseidonConstants.For(arity)));
        }
        return plans;
    }

    private int StartOf(int index) => index == 0 ? 0 : _endTable[index - 1];

    private void RunOnSymbols()
    {
        int width = Constants.Width, half = Constants.FullRounds / 2;
        // Column 0 is the constant; column i the S-box output firstOutput + i − 1. Each full round starts the columns anew.
        var state = new Fr[width][];
        int firstOutput = 0, outputs = 0;

        void Reset()
        {
            for (int i = 0; i < width; i++)
            {
                state[i] = new Fr[1 + width + Constants.PartialRounds];
            }
            firstOutput = outputs;
        }

        void Output(int element)
        {
            Array.Clear(state[element]);
            state[element][1 + outputs - firstOutput] = Fr.One;
            outputs++;
        }

        void FullRound(ReadOnlySpan<Fr> matrix)
        {
            for (int i = 0; i < width; i++)
            {
                Bind(state[i], firstOutput);
            }
            Reset();
            for (int i = 0; i < width; i++)
            {
                Output(i);
            }
            state = Multiply(state, matrix);
        }

        Reset();
        state[0][0] = TagOutput;
        for (int i = 1; i < width; i++)
        {
            Output(i);
        }
        state = Multiply(state, Constants.Mds);
        for (int round = 1; round < half; round++)
        {
            FullRound(round == half - 1 ? Constants.PreSparse : Constants.Mds);
        }
        for (int round = 0; round < Constants.PartialRounds; round++)
        {
            Bind(state[0], firstOutput);
            Output(0);
            MultiplySparse(state, Constants.SparseColumn(round), Constants.SparseRow(round));
        }
        for (int round = 0; round < half; round++)
        {
            FullRound(Constants.Mds);
        }
        Bind(state[1], firstOutput);
    }

    private void Bind(Fr[] element, int firstOutput)
    {
        for (int column = 0; column < element.Length; column++)
        {
            if (!element[column].IsZero)
            {
                _sources.Add(column == 0 ? One : firstOutput + column - 1);
                _coefficients.Add(element[column]);
            }
        }
        _ends.Add(_sources.Count);
    }

    private static Fr[][] Multiply(Fr[][] state, ReadOnlySpan<Fr> matrix)
    {
        var product = new Fr[state.Length][];
        for (int j = 0; j < state.Length; j++)
        {
            product[j] = new Fr[state[0].Length];
            for (int i = 0; i < state.Length; i++)
            {
                FrBatch.ScaleAdd(state[i], matrix[i * state.Length + j], product[j]);
            }
        }
        return product;
    }

    private static void MultiplySparse(Fr[][] state, ReadOnlySpan<Fr> column, ReadOnlySpan<Fr> row)
    {
        Fr[] first = state[0];
        var dense = new Fr[first.Length];
        for (int i = 0; i < state.Length; i++)
        {
            FrBatch.ScaleAdd(state[i], column[i], dense);
        }
        for (int j = 1; j < state.Length; j++)
        {
            FrBatch.ScaleAdd(first, row[j - 1], state[j]);
        }
        state[0] = dense;
    }
}
