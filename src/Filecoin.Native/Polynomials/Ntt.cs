using System.Numerics;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Reference;

namespace Filecoin.Native.Polynomials;

/// <summary>
/// The number-theoretic transform over <see cref="Fr"/> for one power of two of points: between the coefficients of a polynomial and its
/// values on the powers of w = <see cref="Fr.RootOfUnityOfOrder"/>, or on their coset shifted by the generator 7.
/// In place, natural order in and out, as bellperson's EvaluationDomain.
/// </summary>
/// <remarks>
/// Owns its tables, made at first use, and a scratch vector per thread at work: keep one instance for many transforms of a size and
/// dispose it. Instances may be used by several threads at once. Degrees of parallelism are the caller's; the managed form runs on one
/// thread. A cancelled transform leaves its points undefined.
/// </remarks>
public sealed class Ntt : IDisposable
{
    /// <summary>The largest size, 2^27 points or 4 GiB: what the largest of Filecoin's circuits takes.</summary>
    public const int LargestLogSize = 27;

    private readonly FieldForm _form;
    private readonly NttNative? _native;
    private readonly Lazy<NttPlan>[] _plans;

    /// <summary>A transform of 2^<paramref name="logSize"/> points.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="LargestLogSize"/>.</exception>
    public Ntt(int logSize)
        : this(FieldForms.InUse, logSize)
    {
    }

    internal Ntt(FieldForm form, int logSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(logSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logSize, LargestLogSize);
        LogSize = logSize;
        Root = Fr.RootOfUnityOfOrder(logSize);
        _form = logSize < NttNative.SmallestLogSize ? FieldForm.Managed : form;
        _native = _form == FieldForm.Managed ? null : new NttNative(_form, logSize);

        Fr shift = Fr.MultiplicativeGenerator, unshift = shift.Inverse(), inverseRoot = Root.Inverse();
        InverseSize = Fr.FromUInt64((ulong)Size).Inverse();
        _plans =
        [
            new(() => new NttPlan(_form, LogSize, Root, Fr.One, Fr.One, Fr.One)),
            new(() => new NttPlan(_form, LogSize, inverseRoot, InverseSize, Fr.One, Fr.One)),
            new(() => new NttPlan(_form, LogSize, Root, Fr.One, shift, Fr.One)),
            new(() => new NttPlan(_form, LogSize, inverseRoot, InverseSize, Fr.One, unshift)),
        ];
    }

    private enum Kind
    {
        Forward,
        Inverse,
        ForwardCoset,
        InverseCoset,
    }

    /// <summary>The logarithm of the number of points.</summary>
    public int LogSize { get; }

    /// <summary>The number of points.</summary>
    public int Size => 1 << LogSize;

    /// <summary>w, the root of unity of order <see cref="Size"/>.</summary>
    public Fr Root { get; }

    /// <summary>1 / <see cref="Size"/>.</summary>
    public Fr InverseSize { get; }

    /// <summary>The vanishing polynomial x^Size − 1 on the coset, where it is constant: 7^Size − 1.</summary>
    public Fr VanishingOnCoset => Fr.MultiplicativeGenerator.Pow((ulong)Size) - Fr.One;

    /// <summary>The transform for the least power of two that holds a number of points.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 2^<see cref="LargestLogSize"/>.</exception>
    public static Ntt ForAtLeast(long points)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(points);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(points, 1L << LargestLogSize);
        return new Ntt(BitOperations.Log2((ulong)(2 * points - 1)));
    }

    /// <summary>Coefficients to values: output k is the value at w^k.</summary>
    public void Forward(Span<Fr> points, int parallelism = 1, CancellationToken cancellation = default) =>
        Run(Kind.Forward, points, parallelism, cancellation);

    /// <summary>Values to coefficients: undoes <see cref="Forward"/>.</summary>
    public void Inverse(Span<Fr> points, int parallelism = 1, CancellationToken cancellation = default) =>
        Run(Kind.Inverse, points, parallelism, cancellation);

    /// <summary>Coefficients to values on the coset: output k is the value at 7·w^k.</summary>
    public void ForwardCoset(Span<Fr> points, int parallelism = 1, CancellationToken cancellation = default) =>
        Run(Kind.ForwardCoset, points, parallelism, cancellation);

    /// <summary>Values on the coset to coefficients: undoes <see cref="ForwardCoset"/>.</summary>
    public void InverseCoset(Span<Fr> points, int parallelism = 1, CancellationToken cancellation = default) =>
        Run(Kind.InverseCoset, points, parallelism, cancellation);

    /// <summary>
    /// Groth16's quotient on the coset: a[i] ← (a[i]·b[i] − c[i]) / Z, with Z of <see cref="VanishingOnCoset"/>. The three passes over memory
    /// that this would take are one.
    /// </summary>
    public void QuotientOnCoset(
        Span<Fr> a, ReadOnlySpan<Fr> b, ReadOnlySpan<Fr> c, int parallelism = 1, CancellationToken cancellation = default)
    {
        RequireSize(a.Length, nameof(a));
        RequireSize(b.Length, nameof(b));
        RequireSize(c.Length, nameof(c));
        Fr inverse = VanishingOnCoset.Inverse();
        FieldForm form = _form;
        FrVector.InRuns(a, b, c, parallelism, (_, x, y, z) =>
        {
            FrBatch.Multiply(form, x, y, x);
            FrBatch.Subtract(form, x, z, x);
            FrBatch.Scale(form, x, inverse, x);
        }, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _native?.Dispose();

    private void Run(Kind kind, Span<Fr> points, int parallelism, CancellationToken cancellation)
    {
        RequireSize(points.Length, nameof(points));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parallelism);
        cancellation.ThrowIfCancellationRequested();
        if (_native is not null)
        {
            _native.Transform(points, _plans[(int)kind].Value, parallelism, cancellation);
            return;
        }
        switch (kind)
        {
            case Kind.Forward:
                NttReference.Transform(points, Root);
                break;
            case Kind.Inverse:
                NttReference.Transform(points, Root.Inverse());
                FrReference.Scale(points, InverseSize, points);
                break;
            case Kind.ForwardCoset:
                FrReference.ScalePowers(points, Fr.One, Fr.MultiplicativeGenerator);
                NttReference.Transform(points, Root);
                break;
            case Kind.InverseCoset:
                NttReference.Transform(points, Root.Inverse());
                FrReference.ScalePowers(points, InverseSize, Fr.MultiplicativeGenerator.Inverse());
                break;
        }
    }

    private void RequireSize(int found, string parameter)
    {
        if (found != Size)
        {
            throw new ArgumentException($"Expected {Size} points, found {found}.", parameter);
        }
    }
}
