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

    private readonly int[] _sources;
    private readonly Fr[] _coefficients;
    private readonly int[] _ends;

    private PoseidonPlan(PoseidonConstants constants)
    {
        Constants = constants;
        // The tag is a constant, so its first S-box is too.
        Fr tag = constants.DomainTag + constants.CompressedRoundConstants[0];
        TagOutput = tag.Square().Square() * tag + constants.CompressedRoundConstants[constants.Width];
        var symbols = new Symbols(constants, TagOutput);
        symbols.Run();
        (_sources, _coefficients, _ends) = ([.. symbols.Sources], [.. symbols.Coefficients], [.. symbols.Ends]);
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
    public ReadOnlySpan<int> Sources(int index) => _sources.AsSpan(StartOf(index).._ends[index]);

    /// <summary>The coefficients that go with <see cref="Sources"/>.</summary>
    public ReadOnlySpan<Fr> CoefficientsOf(int index) => _coefficients.AsSpan(StartOf(index).._ends[index]);

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

    private int StartOf(int index) => index == 0 ? 0 : _ends[index - 1];

    /// <summary>
    /// The state as combinations of symbols: column 0 is the constant one, column i the S-box output <c>_firstOutput</c> + i − 1.
    /// Each full round replaces the whole state, so it starts the columns anew.
    /// </summary>
    private sealed class Symbols(PoseidonConstants constants, Fr tagOutput)
    {
        private Fr[][] _state = [];
        private int _firstOutput;
        private int _outputs;

        public List<int> Sources { get; } = [];

        public List<Fr> Coefficients { get; } = [];

        public List<int> Ends { get; } = [];

        public void Run()
        {
            int half = constants.FullRounds / 2;
            StartColumns();
            _state[0][0] = tagOutput;
            for (int i = 1; i < constants.Width; i++)
            {
                Output(i);
            }
            Multiply(constants.Mds);
            for (int round = 1; round < half; round++)
            {
                FullRound(round == half - 1 ? constants.PreSparse : constants.Mds);
            }
            for (int round = 0; round < constants.PartialRounds; round++)
            {
                Bind(_state[0]);
                Output(0);
                MultiplySparse(constants.SparseColumn(round), constants.SparseRow(round));
            }
            for (int round = 0; round < half; round++)
            {
                FullRound(constants.Mds);
            }
            Bind(_state[1]);
        }

        private void FullRound(ReadOnlySpan<Fr> matrix)
        {
            foreach (Fr[] element in _state)
            {
                Bind(element);
            }
            StartColumns();
            for (int i = 0; i < _state.Length; i++)
            {
                Output(i);
            }
            Multiply(matrix);
        }

        private void StartColumns()
        {
            _state = NewState();
            _firstOutput = _outputs;
        }

        /// <summary>Replaces an element by the next S-box output.</summary>
        private void Output(int element)
        {
            Array.Clear(_state[element]);
            _state[element][1 + _outputs - _firstOutput] = Fr.One;
            _outputs++;
        }

        private void Bind(Fr[] element)
        {
            for (int column = 0; column < element.Length; column++)
            {
                if (!element[column].IsZero)
                {
                    Sources.Add(column == 0 ? One : _firstOutput + column - 1);
                    Coefficients.Add(element[column]);
                }
            }
            Ends.Add(Sources.Count);
        }

        private void Multiply(ReadOnlySpan<Fr> matrix)
        {
            Fr[][] product = NewState();
            for (int j = 0; j < product.Length; j++)
            {
                for (int i = 0; i < product.Length; i++)
                {
                    FrBatch.ScaleAdd(_state[i], matrix[i * product.Length + j], product[j]);
                }
            }
            _state = product;
        }

        private void MultiplySparse(ReadOnlySpan<Fr> column, ReadOnlySpan<Fr> row)
        {
            Fr[] first = _state[0];
            var dense = new Fr[first.Length];
            for (int i = 0; i < _state.Length; i++)
            {
                FrBatch.ScaleAdd(_state[i], column[i], dense);
            }
            for (int j = 1; j < _state.Length; j++)
            {
                FrBatch.ScaleAdd(first, row[j - 1], _state[j]);
            }
            _state[0] = dense;
        }

        private Fr[][] NewState()
        {
            var state = new Fr[constants.Width][];
            for (int i = 0; i < state.Length; i++)
            {
                state[i] = new Fr[1 + constants.Width + constants.PartialRounds];
            }
            return state;
        }
    }
}
