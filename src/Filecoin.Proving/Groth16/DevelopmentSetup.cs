using System.Buffers.Binary;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Msm;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Groth16;

/// <summary>How far a development set-up has come.</summary>
/// <param name="Query">What is being made: circuit, h, l, a, b_g1 or b_g2.</param>
/// <param name="PointsDone">Points written in all.</param>
/// <param name="PointsTotal">Points to write in all.</param>
public readonly record struct SetupProgress(string Query, long PointsDone, long PointsTotal);

/// <summary>
/// Makes a circuit's parameters on this machine (Groth 2016, §3.2; the layout is bellperson's <c>generator.rs</c>). Proofs made
/// with them convince nobody: the machine knew the secret. For development and tests.
/// </summary>
internal sealed class DevelopmentSetup(int degreeOfParallelism, IProgress<SetupProgress>? progress)
{
    private const int Chunk = 1 << 13;
    private long _offset;
    private long _done;
    private long _total;

    /// <summary>Writes a parameter file and a verifying-key file; both appear whole or not at all.</summary>
    public void Make(Circuit circuit, string parametersPath, string keyPath, CancellationToken cancellationToken)
    {
        progress?.Report(new SetupProgress("circuit", 0, 0));
        var waste = ToxicWaste.Draw(Groth16Randomness.Secure);
        using var scalars = new SetupScalars(circuit, waste, degreeOfParallelism, cancellationToken);
        var key = MakeKey(scalars, waste);
        WriteParameters(parametersPath, key, scalars, waste, cancellationToken);
        PendingFile.WriteAllBytes(keyPath, key.ToBytes());
    }

    private void WriteParameters(string path, VerifyingKey key, SetupScalars scalars, ToxicWaste waste, CancellationToken cancellationToken)
    {
        var powers = checked((int)(scalars.Domain - 1));
        var auxiliaries = scalars.Variables - scalars.Inputs;
        var nonZeroU = scalars.Variables - scalars.U.Count(Fr.Zero);
        var nonZeroV = scalars.Variables - scalars.V.Count(Fr.Zero);
        var pointsG1 = (long)powers + auxiliaries + nonZeroU + nonZeroV;
        _total = pointsG1 + nonZeroV;

        using var g1 = new FixedBaseG1(G1Affine.Generator, pointsG1);
        using var g2 = new FixedBaseG2(G2Affine.Generator, nonZeroV);
        using var file = PendingFile.Create(path, key.Size + (5L * sizeof(uint))
            + (pointsG1 * G1Affine.UncompressedSize) + ((long)nonZeroV * G2Affine.UncompressedSize));
        file.Write(key.ToBytes(), 0);
        _offset = key.Size;

        var power = scalars.Vanishing * waste.Delta.Inverse();
        WriteSection("h", file, powers, G1Affine.UncompressedSize, g1.MultiplyEncoded, target =>
        {
            foreach (ref var scalar in target)
            {
                scalar = power;
                power *= waste.Tau;
            }
        }, cancellationToken);

        var inverse = waste.Delta.Inverse();
        var variable = scalars.Inputs;
        WriteSection("l", file, auxiliaries, G1Affine.UncompressedSize, g1.MultiplyEncoded, target =>
        {
            foreach (ref var scalar in target)
            {
                scalar = scalars.Combined(variable, inverse);
                if (scalar.IsZero) throw new UnconstrainedVariableException(variable - scalars.Inputs);
                variable++;
            }
        }, cancellationToken);

        WriteSection("a", file, nonZeroU, G1Affine.UncompressedSize, g1.MultiplyEncoded, NonZero(() => scalars.U), cancellationToken);
        WriteSection("b_g1", file, nonZeroV, G1Affine.UncompressedSize, g1.MultiplyEncoded, NonZero(() => scalars.V), cancellationToken);
        WriteSection("b_g2", file, nonZeroV, G2Affine.UncompressedSize, g2.MultiplyEncoded, NonZero(() => scalars.V), cancellationToken);
        file.Commit();
    }

    private static VerifyingKey MakeKey(SetupScalars scalars, ToxicWaste waste)
    {
        var inverse = waste.Gamma.Inverse();
        var ic = new G1Projective[scalars.Inputs];
        for (int i = 0; i < ic.Length; i++) ic[i] = G1Projective.Generator * scalars.Combined(i, inverse);
        var icAffine = new G1Affine[ic.Length];
        G1Projective.ToAffine(ic, icAffine);
        return new VerifyingKey(
            (G1Projective.Generator * waste.Alpha).ToAffine(), (G1Projective.Generator * waste.Beta).ToAffine(),
            (G2Projective.Generator * waste.Beta).ToAffine(), (G2Projective.Generator * waste.Gamma).ToAffine(),
            (G1Projective.Generator * waste.Delta).ToAffine(), (G2Projective.Generator * waste.Delta).ToAffine(), icAffine);
    }

    private delegate void Fill(Span<Fr> target);

    private delegate ReadOnlySpan<Fr> Source();

    private delegate void Multiply(ReadOnlySpan<Fr> scalars, Span<byte> encoded);

    private static Fill NonZero(Source source)
    {
        var at = 0;
        return target =>
        {
            var scalars = source();
            foreach (ref var scalar in target)
            {
                while (scalars[at].IsZero) at++;
                scalar = scalars[at++];
            }
        };
    }

    private void WriteSection(
        string query, PendingFile file, int count, int pointSize, Multiply multiply, Fill fill, CancellationToken cancellationToken)
    {
        Span<byte> head = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(head, count);
        file.Write(head, _offset);
        _offset += sizeof(uint);

        var scalars = Enumerable.Range(0, degreeOfParallelism).Select(_ => new Fr[Chunk]).ToArray();
        var points = Enumerable.Range(0, degreeOfParallelism).Select(_ => new byte[Chunk * pointSize]).ToArray();
        var options = new ParallelOptions { MaxDegreeOfParallelism = degreeOfParallelism, CancellationToken = cancellationToken };
        for (int first = 0; first < count;)
        {
            var batch = Math.Min(count - first, degreeOfParallelism * Chunk);
            var chunks = (batch + Chunk - 1) / Chunk;
            int Length(int chunk) => Math.Min(Chunk, batch - (chunk * Chunk));
            for (int chunk = 0; chunk < chunks; chunk++) fill(scalars[chunk].AsSpan(0, Length(chunk)));
            var start = _offset;
            Parallel.For(0, chunks, options, chunk =>
            {
                var encoded = points[chunk].AsSpan(0, Length(chunk) * pointSize);
                multiply(scalars[chunk].AsSpan(0, Length(chunk)), encoded);
                file.Write(encoded, start + ((long)chunk * Chunk * pointSize));
            });
            first += batch;
            _offset += (long)batch * pointSize;
            _done += batch;
            progress?.Report(new SetupProgress(query, _done, _total));
        }
    }
}
