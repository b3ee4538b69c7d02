using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Msm;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Circuits.Synthesis;

namespace Filecoin.Proving.Groth16;

/// <summary>
/// Makes Groth16 proofs of one circuit (Groth 2016, §3.2): with the same parameters, witness and blinding factors, the bytes are
/// those of bellperson's prover (<c>groth16/prover/native.rs</c>).
/// </summary>
/// <param name="parameters">The circuit's parameters; the caller keeps them.</param>
/// <param name="options">How to work.</param>
internal sealed class Groth16Prover(ParameterFile parameters, Groth16ProverOptions options)
{
    /// <summary>Proves one circuit with its witness.</summary>
    /// <param name="circuit">The circuit with its witness.</param>
    /// <param name="publicInputs">What the verifier will use, without the constant one; checked before the long work.</param>
    /// <param name="progress">Told as phases go on.</param>
    /// <param name="cancellationToken">Ends the work within about a second.</param>
    /// <exception cref="ParameterFileException">The parameters are of another circuit.</exception>
    /// <exception cref="UnsatisfiedCircuitException">The witness does not satisfy the circuit.</exception>
    /// <exception cref="CircuitWitnessException">The witness leads to other public inputs.</exception>
    /// <exception cref="MemoryBudgetException">The circuit needs more memory than the options allow.</exception>
    public Groth16Proof Prove(
        Circuit circuit, ReadOnlySpan<Fr> publicInputs,
        IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var size = CircuitSize.Measure(circuit);
        RequireParametersFor(size);
        RequireMemoryFor(size);

        using var assignment = ProvingAssignment.Create(
            circuit, options.DegreeOfParallelism, Parts(progress, circuit.Parts), cancellationToken);
        assignment.ThrowIfInputsDiffer(publicInputs);
        RequireDensities(assignment);

        QuotientPolynomial.Compute(assignment, options.DegreeOfParallelism, progress, cancellationToken);
        var h = MultiplyG1(ProverPhase.H, parameters.H, assignment.A, progress, cancellationToken);
        assignment.A.Dispose();
        var l = MultiplyG1(ProverPhase.L, parameters.L, assignment.Auxiliaries, progress, cancellationToken);

        G1Projective a, b1;
        G2Projective b2;
        using (var scalars = QueryScalars.OfA(assignment))
            a = MultiplyG1(ProverPhase.A, parameters.A, scalars, progress, cancellationToken);
        using (var scalars = QueryScalars.OfB(assignment))
        {
            b1 = MultiplyG1(ProverPhase.B1, parameters.B1, scalars, progress, cancellationToken);
            b2 = MultiplyG2(ProverPhase.B2, parameters.B2, scalars, progress, cancellationToken);
        }

        var key = parameters.VerifyingKey;
        var (r, s) = options.Randomness.Next();
        var proofA = a + key.Alpha1 + (key.Delta1 * r);
        var proofB1 = b1 + key.Beta1 + (key.Delta1 * s);
        var proofB = b2 + key.Beta2 + (key.Delta2 * s);
        var proofC = l + h + (proofA * s) + (proofB1 * r) - (key.Delta1 * (r * s));
        return new Groth16Proof(proofA.ToAffine(), proofB.ToAffine(), proofC.ToAffine());
    }

    private void RequireParametersFor(CircuitSize size)
    {
        RequireCount("IC", size.Total.Inputs, parameters.VerifyingKey.Ic.Length);
        RequireCount("H", (1L << size.DomainLog2) - 1, parameters.H.Count);
        RequireCount("L", size.Total.Auxiliaries, parameters.L.Count);
        if (parameters.VerifyingKey.Delta1.IsInfinity || parameters.VerifyingKey.Delta2.IsInfinity)
            throw new ParameterFileException(ParameterFileError.BadPoint, parameters.Path, "δ is at infinity: a proof would reveal its witness");
    }

    private void RequireDensities(ProvingAssignment assignment)
    {
        RequireCount("A", assignment.Inputs.Length + (long)assignment.AuxiliariesInA.Count(), parameters.A.Count);
        RequireCount("B", (long)assignment.InputsInB.Count() + assignment.AuxiliariesInB.Count(), parameters.B1.Count);
    }

    private void RequireCount(string query, long expected, long found)
    {
        if (expected != found)
            throw new ParameterFileException(ParameterFileError.WrongCircuit, parameters.Path, $"the circuit takes {expected} points of {query}, the file has {found}");
    }

    private void RequireMemoryFor(CircuitSize size)
    {
        if (options.MemoryBudget is not { } budget) return;
        // Two of the three polynomials over the domain are gone before variables are selected for a query.
        var needed = size.AssignmentBytes;
        if (needed > budget) throw new MemoryBudgetException(needed, budget);
    }

    private G1Projective MultiplyG1(
        ProverPhase phase, PointSection section, MemoryRegion scalars, IProgress<ProverProgress>? progress, CancellationToken cancellationToken) =>
        MultiScalar.MultiplyG1(
            G1Bases.FromUncompressed(parameters.Region, section.Offset, section.Count), scalars, 0, Msm(phase, section, progress, cancellationToken));

    private G2Projective MultiplyG2(
        ProverPhase phase, PointSection section, MemoryRegion scalars, IProgress<ProverProgress>? progress, CancellationToken cancellationToken) =>
        MultiScalar.MultiplyG2(
            G2Bases.FromUncompressed(parameters.Region, section.Offset, section.Count), scalars, 0, Msm(phase, section, progress, cancellationToken));

    private MsmOptions Msm(ProverPhase phase, PointSection section, IProgress<ProverProgress>? progress, CancellationToken cancellationToken) => new()
    {
        DegreeOfParallelism = options.DegreeOfParallelism,
        CancellationToken = cancellationToken,
        Progress = progress is null ? null : new Relay<long>(done => progress.Report(new ProverProgress(phase, done, section.Count))),
    };

    private static Relay<int>? Parts(IProgress<ProverProgress>? progress, int parts) =>
        progress is null ? null : new Relay<int>(done => progress.Report(new ProverProgress(ProverPhase.Synthesis, done, parts)));
}
