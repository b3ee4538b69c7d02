using System.Runtime.InteropServices;
using Filecoin.Native.Fields;

namespace Filecoin.Native.Reference;

/// <summary>A point (x, y) of y² = x³ + b, or infinity, held as (0, 0), which is on neither curve.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AffinePoint<F>(F X, F Y)
    where F : unmanaged, ICurveField<F>
{
    public bool IsInfinity => X.IsZero & Y.IsZero;

    public bool IsOnCurve
    {
        get
        {
            F square = Y.Square(), cube = X.Square() * X;
            return IsInfinity || (square - (cube + F.CurveB)).IsZero;
        }
    }

    public static AffinePoint<F> operator -(in AffinePoint<F> value) => new(value.X, -value.Y);

    public ProjectivePoint<F> ToProjective() => IsInfinity ? ProjectivePoint<F>.Infinity : new(X, Y, F.One);
}
