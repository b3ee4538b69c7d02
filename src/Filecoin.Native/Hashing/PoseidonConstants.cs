using Filecoin.Native.Fields;
using Filecoin.Native.Interop;

namespace Filecoin.Native.Hashing;

/// <summary>
/// The constants of Filecoin's Poseidon for one arity: x^5 over <see cref="Fr"/>, 128-bit security, Merkle-tree domain tag,
/// derived here from their definitions (Poseidon paper; Filecoin specification, "Poseidon"; crate neptune).
/// </summary>
/// <remarks>
/// Beside the definition's constants (<see cref="RoundConstants"/>, <see cref="Mds"/>) stand those of the equivalent cheaper form,
/// which hashing and circuits use. With s the state, first s += keys 0; then each round applies x → x^5 to every element (partial
/// rounds: to element 0), adds its keys, and multiplies by its matrix:
/// full rounds by <see cref="Mds"/>, but the last full round before the partial ones by <see cref="PreSparse"/> (s ← s·P);
/// partial round k by a matrix that is the identity except for its first column <see cref="SparseColumn"/>(k) and the rest of its first
/// row <see cref="SparseRow"/>(k) (s ← s·S). The very last round adds no keys. The digest is element 1.
/// <see cref="CompressedRoundConstants"/> are the keys in order of use: one per element and full round, one per partial round.
/// </remarks>
public sealed class PoseidonConstants
{
    private static readonly int[] SupportedArities = [2, 4, 8, 11, 16, 24, 36];
    private static readonly Lazy<PoseidonConstants>[] Tables =
        [.. SupportedArities.Select(arity => new Lazy<PoseidonConstants>(() => new PoseidonConstants(arity)))];

    private readonly Lazy<PoseidonTable> _portable, _ifma;
    private readonly Fr[] _roundConstants, _compressed, _mds, _preSparse, _sparseColumns, _sparseRows;

    private PoseidonConstants(int arity)
    {
        Arity = arity;
        Width = arity + 1;
        (FullRounds, PartialRounds) = PoseidonRoundNumbers.For(Width);
        DomainTag = Fr.FromUInt64((1UL << arity) - 1);

        var grain = new GrainGenerator(Fr.ModulusBits, Width, FullRounds, PartialRounds);
        _roundConstants = new Fr[Width * (FullRounds + PartialRounds)];
        for (int i = 0; i < _roundConstants.Length; i++)
        {
            _roundConstants[i] = grain.NextElement();
        }

        FrMatrix mds = PoseidonMatrices.Cauchy(Width);
        _mds = mds.Cells;
        _compressed = PoseidonMatrices.CompressRoundConstants(mds, _roundConstants, FullRounds, PartialRounds);
        (_preSparse, _sparseColumns, _sparseRows) = PoseidonMatrices.FactorToSparse(mds, PartialRounds);
        _portable = new(() => new PoseidonTable(this, FieldForm.Portable));
        _ifma = new(() => new PoseidonTable(this, FieldForm.Ifma));
    }

    /// <summary>Arities that Filecoin's trees, columns and sector updates use, in increasing order.</summary>
    public static ReadOnlySpan<int> Arities => SupportedArities;

    /// <summary>Elements of a preimage.</summary>
    public int Arity { get; }

    /// <summary>Elements of the state: the domain tag and the preimage.</summary>
    public int Width { get; }

    /// <summary>Rounds with an S-box on each element, half before and half after the partial rounds.</summary>
    public int FullRounds { get; }

    /// <summary>Rounds with one S-box.</summary>
    public int PartialRounds { get; }

    /// <summary>Element 0 of the initial state, 2^arity − 1: a Merkle-tree node with all its children.</summary>
    public Fr DomainTag { get; }

    /// <summary>The definition's round constants, <see cref="Width"/> per round.</summary>
    public ReadOnlySpan<Fr> RoundConstants => _roundConstants;

    /// <summary>The round constants of the cheaper form, in order of use.</summary>
    public ReadOnlySpan<Fr> CompressedRoundConstants => _compressed;

    /// <summary>The matrix of full rounds, row after row; it is symmetric.</summary>
    public ReadOnlySpan<Fr> Mds => _mds;

    /// <summary>The matrix of the last full round before the partial ones, row after row; the state multiplies it from the left.</summary>
    public ReadOnlySpan<Fr> PreSparse => _preSparse;

    /// <summary>The constants of an arity.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Filecoin has no Poseidon of this arity.</exception>
    public static PoseidonConstants For(int arity)
    {
        int index = Array.IndexOf(SupportedArities, arity);
        return index >= 0
            ? Tables[index].Value
            : throw new ArgumentOutOfRangeException(
                nameof(arity), arity, $"Expected a Poseidon arity of {string.Join(", ", SupportedArities)}, found {arity}.");
    }

    /// <summary>The first column of partial round <paramref name="round"/>'s matrix, <see cref="Width"/> elements.</summary>
    public ReadOnlySpan<Fr> SparseColumn(int round) => _sparseColumns.AsSpan(round * Width, Width);

    /// <summary>The first row of partial round <paramref name="round"/>'s matrix without its first element, <see cref="Arity"/> elements.</summary>
    public ReadOnlySpan<Fr> SparseRow(int round) => _sparseRows.AsSpan(round * Arity, Arity);

    /// <summary>The constants as a native form reads them.</summary>
    internal PoseidonTable TableFor(FieldForm form) => (form == FieldForm.Ifma ? _ifma : _portable).Value;
}
