using System.Numerics;

namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>
/// Which variables of a kind occur in one of the circuit's polynomials with a coefficient that is not zero: parameter files hold
/// points only for those, in order. Marks may be set by several threads.
/// </summary>
internal sealed class VariableDensity(int variables)
{
    private readonly ulong[] _words = new ulong[(variables + 63) / 64];

    /// <summary>Variables of the kind.</summary>
    public int Variables => variables;

    /// <summary>Bit i mod 64 of word i / 64 tells of variable i.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Whether a variable occurs.</summary>
    public bool this[int variable] => ((_words[variable >> 6] >> (variable & 63)) & 1) != 0;

    /// <summary>How many variables occur.</summary>
    public int Count()
    {
        int count = 0;
        foreach (ulong word in _words)
        {
            count += BitOperations.PopCount(word);
        }
        return count;
    }

    /// <summary>Notes that a variable occurs.</summary>
    public void Mark(int variable)
    {
        ref ulong word = ref _words[variable >> 6];
        ulong bit = 1UL << (variable & 63);
        if ((word & bit) == 0)
        {
            Interlocked.Or(ref word, bit);
        }
    }
}
