namespace Filecoin.Proving.Circuits;

/// <summary>A witness breaks its circuit: the vanilla proof is not valid, so no proof can be made of it.</summary>
public sealed class UnsatisfiedCircuitException : Exception
{
    /// <summary>The error for the first constraint that does not hold.</summary>
    /// <param name="constraint">Its position in order of enforcement.</param>
    /// <param name="path">The gadgets it is in, from the outermost, and its own name, joined by slashes.</param>
    public UnsatisfiedCircuitException(long constraint, string path)
        : base($"Constraint {constraint} does not hold: {path}.")
    {
        Constraint = constraint;
        GadgetPath = path;
    }

    /// <summary>The constraint's position in order of enforcement.</summary>
    public long Constraint { get; }

    /// <summary>The gadgets that the constraint is in, from the outermost, and its own name: "challenge 0/tree R/root".</summary>
    public string GadgetPath { get; }
}
