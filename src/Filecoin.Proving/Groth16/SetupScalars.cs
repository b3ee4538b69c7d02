using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Circuits.Synthesis;

namespace Filecoin.Proving.Groth16;

/// <summary>The set-up's secret: whoever knows it forges proofs. It lives only while parameters are made.</summary>
internal readonly record struct ToxicWaste(Fr Alpha, Fr Beta, Fr Gamma, Fr Delta, Fr Tau)
{
    public static ToxicWaste Draw(Groth16Randomness randomness) => new(
        randomness.NextScalar(), randomness.NextScalar(), randomness.NextScalar(), randomness.NextScalar(), randomness.NextScalar());
}

/// <summary>
/// The scalars that a set-up multiplies the generators with: the circuit's polynomials u, v, w at τ. They take three field
/// elements a variable; the Lagrange coefficients, one a row, are released when these are there.
/// </summary>
internal sealed class SetupScalars : IDisposable
{
    private const int Chunk = 1 << 14;

    private readonly ToxicWaste _waste;
    private readonly PolynomialEvaluation _polynomials;

    public SetupScalars(Circuit circuit, ToxicWaste waste, int degreeOfParallelism, CancellationToken cancellationToken)
    {
        _waste = waste;
        var size = CircuitSize.Measure(circuit);
        Domain = 1L << size.DomainLog2;
        Inputs = size.Total.Inputs;
        Variables = checked(Inputs + size.Total.Auxiliaries);
        Vanishing = waste.Tau.Pow((ulong)Domain) - Fr.One;
        if (Vanishing.IsZero) throw new ArgumentException("τ is a root of unity of the domain; draw again", nameof(waste));
        using var lagrange = Lagrange(checked((int)size.Rows), size.DomainLog2, degreeOfParallelism, cancellationToken);
        _polynomials = PolynomialEvaluation.Create(circuit, size, lagrange, degreeOfParallelism, cancellationToken);
    }

    /// <summary>Points of the evaluation domain.</summary>
    public long Domain { get; }

    /// <summary>Public inputs with the constant one.</summary>
    public int Inputs { get; }

    /// <summary>All variables, inputs first.</summary>
    public int Variables { get; }

    /// <summary>t(τ) = τᵐ − 1.</summary>
    public Fr Vanishing { get; }

    /// <summary>u_i(τ), inputs first.</summary>
    public ReadOnlySpan<Fr> U => _polynomials.A.ReadOnlyElements<Fr>(0, Variables);

    /// <summary>v_i(τ), inputs first.</summary>
    public ReadOnlySpan<Fr> V => _polynomials.B.ReadOnlyElements<Fr>(0, Variables);

    /// <summary>(β·u_i(τ) + α·v_i(τ) + w_i(τ)) · <paramref name="inverse"/>: the element of variable i in IC (over γ) or L (over δ).</summary>
    public Fr Combined(int variable, Fr inverse) =>
        ((_waste.Beta * U[variable]) + (_waste.Alpha * V[variable]) + _polynomials.C.ReadOnlyElements<Fr>(variable, 1)[0]) * inverse;

    public void Dispose() => _polynomials.Dispose();

    /// <summary>L_j(τ) = t(τ)/m · ωʲ / (τ − ωʲ) for the first <paramref name="rows"/> points of the domain.</summary>
    private MemoryRegion Lagrange(int rows, int domainLog2, int degreeOfParallelism, CancellationToken cancellationToken)
    {
        var omega = Fr.RootOfUnityOfOrder(domainLog2);
        var scale = Vanishing * Fr.FromUInt64((ulong)Domain).Inverse();
        var coefficients = MemoryRegion.Allocate((long)rows * Fr.Size);
        Parallel.For(0, (rows + Chunk - 1) / Chunk,
            new ParallelOptions { MaxDegreeOfParallelism = degreeOfParallelism, CancellationToken = cancellationToken },
            chunk =>
            {
                var first = chunk * Chunk;
                var target = coefficients.Elements<Fr>(first, Math.Min(Chunk, rows - first));
                var start = omega.Pow((ulong)first);
                var point = start;
                foreach (ref var element in target)
                {
                    element = _waste.Tau - point;
                    point *= omega;
                }
                FrBatch.Invert(target);
                var numerator = scale * start;
                foreach (ref var element in target)
                {
                    element *= numerator;
                    numerator *= omega;
                }
            });
        return coefficients;
    }
}
