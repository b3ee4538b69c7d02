using Filecoin.Native.Fields;
using Filecoin.Native.Interop;

namespace Filecoin.Proving.Circuits.Synthesis;

/// <summary>
/// What a prover needs of a circuit with its witness: the values of all variables, the values of the combinations A, B and C in every
/// row, and which variables occur in A and B.
/// </summary>
/// <remarks>
/// The rows are the constraints, then input · 0 = 0 for each public input. The memory is what the values take, 32 bytes each, outside
/// the garbage-collected heap; parts of the circuit are synthesised in place, several at a time.
/// </remarks>
internal sealed class ProvingAssignment : IDisposable
{
    private ProvingAssignment(CircuitSize size)
    {
        Size = size;
        CircuitCounts total = size.Total;
        long domain = 1L << size.DomainLog2;
        try
        {
            A = MemoryRegion.Allocate(domain * Fr.Size);
            B = MemoryRegion.Allocate(domain * Fr.Size);
            C = MemoryRegion.Allocate(domain * Fr.Size);
            Auxiliaries = MemoryRegion.Allocate((long)total.Auxiliaries * Fr.Size);
        }
        catch
        {
            Dispose();
            throw;
        }
        Inputs = new Fr[total.Inputs];
        AuxiliariesInA = new VariableDensity(total.Auxiliaries);
        InputsInB = new VariableDensity(total.Inputs);
        AuxiliariesInB = new VariableDensity(total.Auxiliaries);
    }

    /// <summary>The circuit's size.</summary>
    public CircuitSize Size { get; }

    /// <summary>Values of A by row, as many elements as the evaluation domain has; zero after the last row. A prover may transform it in place.</summary>
    public MemoryRegion A { get; }

    /// <summary>Values of B, like <see cref="A"/>.</summary>
    public MemoryRegion B { get; }

    /// <summary>Values of C, like <see cref="A"/>.</summary>
    public MemoryRegion C { get; }

    /// <summary>Values of the public inputs, the constant one first.</summary>
    public Fr[] Inputs { get; }

    /// <summary>Values of the auxiliary variables.</summary>
    public MemoryRegion Auxiliaries { get; }

    /// <summary>Auxiliary variables that occur in A. (All inputs do.)</summary>
    public VariableDensity AuxiliariesInA { get; }

    /// <summary>Public inputs that occur in B.</summary>
    public VariableDensity InputsInB { get; }

    /// <summary>Auxiliary variables that occur in B.</summary>
    public VariableDensity AuxiliariesInB { get; }

    /// <summary>Synthesises a circuit with its witness and checks every constraint.</summary>
    /// <param name="circuit">The circuit.</param>
    /// <param name="degreeOfParallelism">How many threads work at most.</param>
    /// <param name="progress">Told how many parts are done.</param>
    /// <param name="cancellationToken">Ends the work between parts.</param>
    /// <exception cref="CircuitWitnessException">The circuit has no witness.</exception>
    /// <exception cref="UnsatisfiedCircuitException">A constraint does not hold.</exception>
    /// <exception cref="OutOfMemoryException">The values do not fit in memory.</exception>
    public static ProvingAssignment Create(
        Circuit circuit, int degreeOfParallelism, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        circuit.ThrowIfBlank();
        var assignment = new ProvingAssignment(CircuitSize.Measure(circuit));
        try
        {
            assignment.Fill(circuit, degreeOfParallelism, progress, cancellationToken);
            return assignment;
        }
        catch
        {
            assignment.Dispose();
            throw;
        }
    }

    /// <summary>Checks that the witness leads to the public inputs that a verifier will use.</summary>
    /// <param name="expected">The verifier's public inputs, without the constant one.</param>
    /// <exception cref="CircuitWitnessException">It does not: the vanilla proofs answer other challenges, or are of another sector.</exception>
    public void ThrowIfInputsDiffer(ReadOnlySpan<Fr> expected)
    {
        CircuitWitnessException.ThrowIfNotEqual("public inputs", expected.Length, Inputs.Length - 1);
        for (int i = 0; i < expected.Length; i++)
        {
            if (Inputs[i + 1] != expected[i])
            {
                throw new CircuitWitnessException($"Expected public input {i} to be {expected[i]}, found {Inputs[i + 1]}: the vanilla proofs answer other challenges.");
            }
        }
    }

    /// <summary>Releases the memory. Spans of the regions are invalid from then on.</summary>
    public void Dispose()
    {
        A?.Dispose();
        B?.Dispose();
        C?.Dispose();
        Auxiliaries?.Dispose();
    }

    private void Fill(Circuit circuit, int degreeOfParallelism, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        Inputs[0] = Fr.One;
        var shared = new AssignmentWriter(this, part: -1);
        CircuitParts parts = circuit.SynthesizeShared(ref shared);
        long broken = shared.Finish();

        int done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = degreeOfParallelism, CancellationToken = cancellationToken };
        Parallel.For(0, circuit.Parts, options, part =>
        {
            var writer = new AssignmentWriter(this, part);
            parts.Synthesize(ref writer, part);
            long first = writer.Finish();
            if (first >= 0)
            {
                RememberFirst(ref broken, first);
            }
            progress?.Report(Interlocked.Increment(ref done));
        });
        if (broken >= 0)
        {
            throw new UnsatisfiedCircuitException(broken, ConstraintNames.Find(circuit, Size, broken));
        }
        Inputs.CopyTo(A.Elements<Fr>(Size.Total.Constraints, Inputs.Length));
    }

    private static void RememberFirst(ref long broken, long found)
    {
        for (long known = Volatile.Read(ref broken); known < 0 || found < known;)
        {
            long before = Interlocked.CompareExchange(ref broken, found, known);
            if (before == known)
            {
                return;
            }
            known = before;
        }
    }
}
