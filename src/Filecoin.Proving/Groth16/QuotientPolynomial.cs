using Filecoin.Native.Fields;
using Filecoin.Native.Polynomials;
using Filecoin.Proving.Circuits.Synthesis;

namespace Filecoin.Proving.Groth16;

/// <summary>h = (a·b − c) / t: that it is a polynomial is what a witness proves.</summary>
internal static class QuotientPolynomial
{
    private const int Transforms = 7;

    /// <summary>
    /// Turns an assignment's values of A, B and C over the domain into h's coefficients, in the memory of A; that of B and C is released.
    /// </summary>
    public static void Compute(
        ProvingAssignment assignment, int degreeOfParallelism, IProgress<ProverProgress>? progress, CancellationToken cancellationToken)
    {
        using var ntt = new Ntt(assignment.Size.DomainLog2);
        var done = 0;
        var a = assignment.A.Elements<Fr>(0, ntt.Size);
        var b = assignment.B.Elements<Fr>(0, ntt.Size);
        var c = assignment.C.Elements<Fr>(0, ntt.Size);
        Move(a);
        Move(b);
        Move(c);
        ntt.QuotientOnCoset(a, b, c, degreeOfParallelism, cancellationToken);
        assignment.B.Dispose();
        assignment.C.Dispose();
        ntt.InverseCoset(a, degreeOfParallelism, cancellationToken);
        Report();

        void Move(Span<Fr> values)
        {
            ntt.Inverse(values, degreeOfParallelism, cancellationToken);
            Report();
            ntt.ForwardCoset(values, degreeOfParallelism, cancellationToken);
            Report();
        }

        void Report() => progress?.Report(new ProverProgress(ProverPhase.Quotient, ++done, Transforms));
    }
}
