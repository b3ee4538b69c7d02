using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Interop;
using Filecoin.Native.Msm;

namespace Filecoin.Native.Tests.Msm;

public enum ScalarKind
{
    Uniform,
    Circuit,
    Ones,
    Small,
    Edges,
    RepeatedBases,
    Cancelling,
    InfiniteBases,
}

/// <summary>Terms whose points are known multiples of the generator, so that the sum is one multiplication.</summary>
internal sealed class MsmCase
{
    private readonly Fr[] _logs;

    private MsmCase(Fr[] logs, Fr[] scalars) => (_logs, Scalars) = (logs, scalars);

    /// <summary>Terms enough for several chunks, scaled to the form that runs.</summary>
    public static int Many => Kernels.Form == KernelForm.Managed ? 3_000 : 150_000;

    /// <summary>Numbers of terms on both sides of what chooses a method; fewer where the managed form would take minutes.</summary>
    public static int[] Counts => Kernels.Form == KernelForm.Managed ? [0, 1, 2, 22, 65] : [0, 1, 2, 3, 22, 40, 64, 65, 300];

    public Fr[] Scalars { get; }

    public Fr ExpectedLog => Log(0, Scalars.Length);

    public static MsmCase Make(int count, ScalarKind kind, ulong seed)
    {
        Fr[] logs = Uniform(count, seed), scalars = Uniform(count, seed + 1000);
        Fr minusOne = -Fr.One;
        Fr[] edges = [Fr.Zero, Fr.One, minusOne, minusOne - Fr.One, Fr.FromUInt64(2), Fr.FromUInt64(1 << 15), -Fr.FromUInt64(1 << 15),
            Fr.FromUInt64((1 << 15) - 1), Fr.FromUInt64(0xffff), Fr.FromUInt64(0x8000_8000_8000_8000), Fr.FromUInt64(ulong.MaxValue)];
        for (int i = 0; i < count; i++)
        {
            switch (kind)
            {
                case ScalarKind.Circuit:
                    scalars[i] = (i % 10) switch { < 5 => Fr.Zero, < 9 => Fr.One, _ => scalars[i] };
                    break;
                case ScalarKind.Ones:
                    scalars[i] = Fr.One;
                    break;
                case ScalarKind.Small:
                    scalars[i] = Fr.FromUInt64((ulong)(i % 37));
                    break;
                case ScalarKind.Edges:
                    scalars[i] = edges[i % edges.Length];
                    break;
                case ScalarKind.RepeatedBases:
                    (logs[i], scalars[i]) = (logs[i / 17 * 17], scalars[i / 34 * 34]);
                    break;
                case ScalarKind.Cancelling:
                    // P and −P meet in one bucket, and so do pairs that differ in the scalar's sign.
                    if ((i & 1) == 1)
                    {
                        (logs[i], scalars[i]) = (i & 2) == 0 ? (-logs[i - 1], scalars[i - 1]) : (logs[i - 1], -scalars[i - 1]);
                    }
                    break;
                case ScalarKind.InfiniteBases:
                    logs[i] = i % 3 == 0 ? Fr.Zero : logs[i];
                    break;
            }
        }
        return new MsmCase(logs, scalars);
    }

    public Fr Log(int first, int count)
    {
        Fr sum = Fr.Zero;
        for (int i = first; i < first + count; i++)
        {
            sum += _logs[i] * Scalars[i];
        }
        return sum;
    }

    /// <summary>The scalars' integers, in the memory of field elements.</summary>
    public Fr[] Canonical()
    {
        var canonical = new Fr[Scalars.Length];
        for (int i = 0; i < canonical.Length; i++)
        {
            Scalars[i].ToCanonical(MemoryMarshal.Cast<Fr, ulong>(canonical.AsSpan(i, 1)));
        }
        return canonical;
    }

    public G1Affine[] PointsG1()
    {
        var points = new G1Affine[_logs.Length];
        using var table = new FixedBaseG1(G1Affine.Generator);
        table.Multiply(_logs, points);
        return points;
    }

    public G2Affine[] PointsG2()
    {
        var points = new G2Affine[_logs.Length];
        using var table = new FixedBaseG2(G2Affine.Generator);
        table.Multiply(_logs, points);
        return points;
    }

    private static Fr[] Uniform(int count, ulong seed)
    {
        var elements = new Fr[count];
        Span<byte> input = stackalloc byte[16];
        Span<byte> bytes = stackalloc byte[32];
        for (int i = 0; i < count; i++)
        {
            MemoryMarshal.Write(input, seed);
            MemoryMarshal.Write(input[8..], i);
            SHA256.HashData(input, bytes);
            bytes[31] &= 0x3f;
            elements[i] = Fr.Read(bytes);
        }
        return elements;
    }
}
