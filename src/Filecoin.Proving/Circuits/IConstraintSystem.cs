using Filecoin.Native.Fields;

namespace Filecoin.Proving.Circuits;

/// <summary>
/// A rank-1 constraint system under construction: variables are allocated, and constraints A · B = C between linear
/// combinations of them enforced. The order of the calls is the circuit: it fixes the public parameters.
/// </summary>
/// <remarks>
/// One circuit description serves every purpose: the same gadgets count a circuit, digest it, evaluate its polynomials for
/// key generation, assign a witness for the prover, and name the constraint that a bad witness breaks. Gadgets are generic in
/// the system and systems are structures, so each use is compiled for itself and what it ignores (names, values) costs nothing.
/// </remarks>
internal interface IConstraintSystem
{
    /// <summary>Whether values of variables matter. If not, gadgets skip computing them and pass zero.</summary>
    static abstract bool HasWitness { get; }

    /// <summary>Allocates the next auxiliary variable.</summary>
    Variable Allocate(in Fr value);

    /// <summary>Allocates the next public input.</summary>
    Variable AllocateInput(in Fr value);

    /// <summary>Enforces a · b = c.</summary>
    /// <param name="name">What the constraint says, for diagnostics.</param>
    /// <param name="a">Left factor.</param>
    /// <param name="b">Right factor.</param>
    /// <param name="c">Product.</param>
    void Enforce(string name, scoped ReadOnlySpan<Term> a, scoped ReadOnlySpan<Term> b, scoped ReadOnlySpan<Term> c);

    /// <summary>
    /// Enforces sum · 1 = variable where the variable was allocated with the value of the sum: the caller vouches for it, so a
    /// system that assigns a witness need not evaluate the sum again.
    /// </summary>
    /// <param name="name">What the constraint says, for diagnostics.</param>
    /// <param name="sum">The combination.</param>
    /// <param name="variable">The variable that holds its value.</param>
    /// <param name="value">That value.</param>
    void Bind(string name, scoped ReadOnlySpan<Term> sum, Variable variable, in Fr value);

    /// <summary>Enters a gadget: what follows until <see cref="Leave"/> is named under it.</summary>
    void Enter(string gadget);

    /// <summary>Enters the gadget of an index among its like.</summary>
    void Enter(string gadget, int index);

    /// <summary>Leaves the gadget entered last.</summary>
    void Leave();
}
