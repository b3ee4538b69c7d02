using System.Security.Cryptography;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Workers;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Tests.Scheduling;

/// <summary>
/// Stands in for a SNARK: 192 bytes that only the right randomness and sectors give, cut into circuits as the real verifier cuts them.
/// </summary>
internal sealed class StandInSnarks : IPoStSnarks, IPoStVerifier
{
    /// <summary>What a prover does before it answers: waits, fails, or returns other bytes.</summary>
    public Func<PoStJob, byte[], CancellationToken, byte[]>? Behaviour { get; set; }

    public int Made;

    public byte[] Prove(PoStJob job, IProgress<ProverProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        byte[] proof = Proof(job.Proof, job.PublicInputs.Randomness, job.PublicInputs.Sectors.AsSpan());
        proof = Behaviour?.Invoke(job, proof, cancellationToken) ?? proof;
        Interlocked.Increment(ref Made);
        return proof;
    }

    public bool Verify(PoStConfig config, PoStPublicInputs inputs, ReadOnlySpan<byte> proof)
    {
        var expected = new List<byte>();
        for (int first = 0; first < inputs.Sectors.Length; first += config.SectorsPerPartition)
        {
            int end = Math.Min(first + config.SectorsPerPartition, inputs.Sectors.Length);
            expected.AddRange(Proof(config, inputs.Randomness, inputs.Sectors.AsSpan()[first..end]));
        }

        return proof.SequenceEqual(expected.ToArray());
    }

    private static byte[] Proof(PoStConfig config, PoStRandomness randomness, ReadOnlySpan<PoStSector> sectors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes((long)config.RegisteredProof!));
        hash.AppendData(randomness.Span);
        foreach (PoStSector sector in sectors)
        {
            hash.AppendData(BitConverter.GetBytes(sector.Number.Value));
            hash.AppendData(sector.CommR.Span);
        }

        byte[] seed = hash.GetHashAndReset();
        return [.. Enumerable.Range(0, 6).SelectMany(i => SHA256.HashData([.. seed, (byte)i]))];
    }
}
