namespace Filecoin.Proving.Circuits;

/// <summary>Vanilla proofs do not fit the circuit they are meant for: other counts, other sector size, other partition.</summary>
public sealed class CircuitWitnessException : Exception
{
    /// <summary>An error that says what was expected and what was found.</summary>
    public CircuitWitnessException(string message)
        : base(message)
    {
    }

    internal static void ThrowIfNotEqual(string what, int expected, int found)
    {
        if (expected != found)
        {
            throw new CircuitWitnessException($"Expected {expected} {what}, found {found}.");
        }
    }
}
