namespace Filecoin.Native.Hashing;

/// <summary>
/// The number of full and partial rounds for 128-bit security over a 256-bit prime field with x^5
/// (Poseidon paper, section 5.5; the script calc_round_numbers.py, whose search is in single precision).
/// </summary>
internal static class PoseidonRoundNumbers
{
    private const float SecurityBits = 128, FieldBits = 256;
    private const int MostFullRounds = 1000, MostPartialRounds = 200;

    /// <summary>The cheapest secure pair after the margin: two more full rounds and 7.5 % more partial rounds.</summary>
    public static (int Full, int Partial) For(int width)
    {
        (int Full, int Partial) best = default;
        int bestBoxes = int.MaxValue;
        for (int full = 2; full <= MostFullRounds; full += 2)
        {
            int partial = SmallestSecurePartial(width, full);
            if (partial < 0)
            {
                continue;
            }
            var candidate = (Full: full + 2, Partial: (int)MathF.Ceiling(1.075f * partial));
            int boxes = width * candidate.Full + candidate.Partial;
            if (boxes < bestBoxes || (boxes == bestBoxes && candidate.Full < best.Full))
            {
                (best, bestBoxes) = (candidate, boxes);
            }
        }
        return best;
    }

    private static int SmallestSecurePartial(int width, int full)
    {
        for (int partial = 4; partial < MostPartialRounds; partial++)
        {
            if (full >= FewestFullRounds(width, partial))
            {
                return partial;
            }
        }
        return -1;
    }

    /// <summary>What statistical, interpolation and two Gröbner-basis attacks leave as the fewest full rounds.</summary>
    private static int FewestFullRounds(float width, float partial)
    {
        float statistical = SecurityBits <= (FieldBits - 3f) * (width + 1f) ? 6f : 10f;
        float interpolation = 0.43f * SecurityBits + MathF.Log2(width) - partial;
        float groebnerFirst = 0.21f * FieldBits - partial;
        float groebnerSecond = (0.14f * FieldBits - 1f - partial) / (width - 1f);
        float fewest = MathF.Max(MathF.Max(statistical, interpolation), MathF.Max(groebnerFirst, groebnerSecond));
        return (int)MathF.Ceiling(fewest);
    }
}
