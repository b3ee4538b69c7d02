using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Proving.Circuits.Synthesis;

namespace Filecoin.Proving.Groth16;

/// <summary>
/// The values of the variables that a query has points for, in the query's order: parameter files leave out the variables that do
/// not occur in the polynomial.
/// </summary>
internal static class QueryScalars
{
    /// <summary>All inputs, and the auxiliary variables that occur in A.</summary>
    public static MemoryRegion OfA(ProvingAssignment assignment)
    {
        var inputs = new VariableDensity(assignment.Inputs.Length);
        for (int i = 0; i < inputs.Variables; i++) inputs.Mark(i);
        return Select(assignment, inputs, assignment.AuxiliariesInA);
    }

    /// <summary>The inputs and auxiliary variables that occur in B.</summary>
    public static MemoryRegion OfB(ProvingAssignment assignment) =>
        Select(assignment, assignment.InputsInB, assignment.AuxiliariesInB);

    private static MemoryRegion Select(ProvingAssignment assignment, VariableDensity inputs, VariableDensity auxiliaries)
    {
        var inputCount = inputs.Count();
        var auxiliaryCount = auxiliaries.Count();
        var region = MemoryRegion.Allocate(((long)inputCount + auxiliaryCount) * Fr.Size);
        Select(assignment.Inputs, inputs, region.Elements<Fr>(0, inputCount));
        Select(assignment.Auxiliaries.ReadOnlyElements<Fr>(0, auxiliaries.Variables), auxiliaries, region.Elements<Fr>(inputCount, auxiliaryCount));
        return region;
    }

    private static void Select(ReadOnlySpan<Fr> values, VariableDensity density, Span<Fr> selected)
    {
        var next = 0;
        var words = density.Words;
        for (int word = 0; word < words.Length; word++)
        {
            for (var bits = words[word]; bits != 0; bits &= bits - 1)
                selected[next++] = values[(word << 6) + System.Numerics.BitOperations.TrailingZeroCount(bits)];
        }
    }
}
