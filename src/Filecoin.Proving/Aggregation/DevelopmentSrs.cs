using System.Buffers.Binary;
using System.Numerics;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Msm;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Aggregation;

/// <summary>
/// A reference string made on this machine, for development and tests. This machine knew its secrets, so aggregates made with it convince
/// nobody; it lies under a name of its own (<see cref="ParameterStore.InsecureSrsPath"/>) and a store must allow it.
/// </summary>
public static class DevelopmentSrs
{
    private const int Chunk = 1 << 10;

    /// <summary>Makes a reference string unless one is there that is large enough.</summary>
    /// <param name="store">Where it goes.</param>
    /// <param name="proofs">The most proofs of an aggregate, padding included: a power of two from 2 to 2¹⁹. 576 bytes a proof.</param>
    /// <param name="options">Threads and progress.</param>
    /// <param name="cancellationToken">Ends the work; no file appears then.</param>
    /// <returns>False where one was there.</returns>
    /// <exception cref="ParameterFileException">A file is there that is no reference string.</exception>
    public static bool Make(
        ParameterStore store, int proofs, DevelopmentParametersOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (proofs is < 2 or > 1 << 19 || !BitOperations.IsPow2(proofs))
            throw new ArgumentOutOfRangeException(nameof(proofs), proofs, "expected a power of two from 2 to 524288");
        var path = store.InsecureSrsPath;
        if (File.Exists(path) && InnerProductSrs.Open(path).MaxProofs >= proofs) return false;
        Directory.CreateDirectory(store.Options.Directory);
        Make(path, proofs, Groth16Randomness.Secure.NextScalar(), Groth16Randomness.Secure.NextScalar(), options ?? new(), cancellationToken);
        return true;
    }

    /// <summary>Writes the powers of two given secrets; the file appears whole or not at all.</summary>
    internal static void Make(string path, int proofs, Fr alpha, Fr beta, DevelopmentParametersOptions options, CancellationToken cancellationToken)
    {
        var points = 2 * proofs;
        long sizeG1 = sizeof(uint) + ((long)points * G1Affine.CompressedSize), sizeG2 = sizeof(uint) + ((long)points * G2Affine.CompressedSize);
        using var g = new FixedBaseG1(G1Affine.Generator, points);
        using var h = new FixedBaseG2(G2Affine.Generator, points);
        using var file = PendingFile.Create(path, 2 * (sizeG1 + sizeG2));
        var done = 0L;
        void Section(string name, Fr secret, long offset, int pointSize, Action<Fr[], byte[]> encode)
        {
            Span<byte> head = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteInt32BigEndian(head, points);
            file.Write(head, offset);
            var work = new ParallelOptions { MaxDegreeOfParallelism = options.DegreeOfParallelism, CancellationToken = cancellationToken };
            Workers.For((points + Chunk - 1) / Chunk, work, chunk =>
            {
                var first = chunk * Chunk;
                var powers = new Fr[Math.Min(Chunk, points - first)];
                Array.Fill(powers, Fr.One);
                FrBatch.ScalePowers(powers, secret.Pow((ulong)first), secret);
                var bytes = new byte[powers.Length * pointSize];
                encode(powers, bytes);
                file.Write(bytes, offset + sizeof(uint) + ((long)first * pointSize));
                options.Progress?.Report(new SetupProgress(name, Interlocked.Add(ref done, powers.Length), 4L * points));
            });
        }

        void EncodeG1(Fr[] powers, byte[] bytes)
        {
            var products = new G1Affine[powers.Length];
            g.Multiply(powers, products);
            for (int i = 0; i < products.Length; i++) products[i].WriteCompressed(bytes.AsSpan(i * G1Affine.CompressedSize));
        }

        void EncodeG2(Fr[] powers, byte[] bytes)
        {
            var products = new G2Affine[powers.Length];
            h.Multiply(powers, products);
            for (int i = 0; i < products.Length; i++) products[i].WriteCompressed(bytes.AsSpan(i * G2Affine.CompressedSize));
        }

        Section("g_alpha", alpha, 0, G1Affine.CompressedSize, EncodeG1);
        Section("g_beta", beta, sizeG1, G1Affine.CompressedSize, EncodeG1);
        Section("h_alpha", alpha, 2 * sizeG1, G2Affine.CompressedSize, EncodeG2);
        Section("h_beta", beta, (2 * sizeG1) + sizeG2, G2Affine.CompressedSize, EncodeG2);
        file.Commit();
    }
}
