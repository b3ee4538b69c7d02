namespace Filecoin.Proving.Circuits;

/// <summary>
/// A circuit with or without its witness: what all of its parts share, then parts of one size that depend on nothing but the
/// shared variables (a PoSt's sectors, a PoRep's challenges), so that parts may be synthesised at the same time and each needs
/// no more memory than its own assignment.
/// </summary>
internal abstract class Circuit
{
    /// <summary>The identifier of the circuit's public parameters; see <see cref="ParameterIdentifier"/>.</summary>
    public abstract string ParameterId { get; }

    /// <summary>Whether the circuit has a witness. Without one its shape can be synthesised, its values cannot.</summary>
    public abstract bool HasWitness { get; }

    /// <summary>How many parts follow the shared variables.</summary>
    public abstract int Parts { get; }

    /// <summary>Synthesises what the parts share.</summary>
    public abstract CircuitParts SynthesizeShared<TCs>(ref TCs cs)
        where TCs : IConstraintSystem, allows ref struct;

    /// <summary>Refuses a circuit without a witness.</summary>
    /// <exception cref="CircuitWitnessException">There is none.</exception>
    public void ThrowIfBlank()
    {
        if (!HasWitness)
        {
            throw new CircuitWitnessException("Expected a circuit with a witness, found one without.");
        }
    }

    /// <summary>Synthesises the whole circuit in order.</summary>
    public void Synthesize<TCs>(ref TCs cs)
        where TCs : IConstraintSystem, allows ref struct
    {
        CircuitParts parts = SynthesizeShared(ref cs);
        for (int part = 0; part < Parts; part++)
        {
            parts.Synthesize(ref cs, part);
        }
    }
}

/// <summary>The parts of a circuit over the shared variables of one synthesis. Safe for several threads.</summary>
internal abstract class CircuitParts
{
    /// <summary>Synthesises one part.</summary>
    public abstract void Synthesize<TCs>(ref TCs cs, int part)
        where TCs : IConstraintSystem, allows ref struct;
}
