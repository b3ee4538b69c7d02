using System.Buffers;
using System.Runtime.InteropServices;
using Filecoin.Native.Fields;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoRep;

/// <summary>
/// The stored proofs of synthetic PoRep (FIP-0059), <c>syn-porep-vanilla-proofs.dat</c> in the cache: made once after sealing, so that the
/// layers can go before the seed is known. The file has the roots of TreeD, TreeC and TreeR, then a record for each synthetic challenge.
/// </summary>
public static class SyntheticProofs
{
    private const int RootsLength = 3 * 32;

    /// <summary>Bytes of the file.</summary>
    public static long FileLength(PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return RootsLength + ((long)config.SyntheticChallenges * new SyntheticRecord(config).Length);
    }

    /// <summary>
    /// Makes and checks the proofs of all synthetic challenges and stores them. The file takes its name only when it is whole and on the disk.
    /// </summary>
    /// <param name="config">A synthetic PoRep.</param>
    /// <param name="files">Where the sector is, with its layers and trees.</param>
    /// <param name="inputs">The replica; the seed is not used.</param>
    /// <param name="degree">Threads at most; 0 is one a processor.</param>
    /// <param name="progress">Told how many challenges are done, of <see cref="PoRepConfig.SyntheticChallenges"/>.</param>
    /// <param name="cancellation">Ends the work early and leaves no file.</param>
    /// <exception cref="ArgumentException">The PoRep is not synthetic.</exception>
    /// <exception cref="SectorFileException">A file is missing, truncated, of another replica, or contradicts another.</exception>
    /// <exception cref="VanillaProofException">The files together do not prove the replica.</exception>
    /// <exception cref="DiskFullException">There is no room for the file.</exception>
    public static void Generate(
        PoRepConfig config,
        ReplicaFiles files,
        PoRepPublicInputs inputs,
        int degree = 0,
        IProgress<long>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        if (config.Feature != PoRepFeature.Synthetic)
            throw new ArgumentException($"Expected a synthetic PoRep, found '{config.Feature.ToText()}'.", nameof(config));

        var record = new SyntheticRecord(config);
        var set = PoRepChallenges.SyntheticSet(config, inputs.ReplicaId, inputs.CommR);
        var options = new ParallelOptions { MaxDegreeOfParallelism = degree == 0 ? -1 : degree, CancellationToken = cancellation };
        var counter = new ProgressCounter(progress);
        using var replica = ReplicaOpener.Open(StackedGraph.Create(config), files, inputs);
        using var file = PendingFile.Create(PathIn(files.CacheDirectory), FileLength(config));
        WriteRoots(file, replica.Open(set[0], 0, 0));
        Workers.For(set.Count, options, i =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(record.Length);
            try
            {
                var bytes = buffer.AsSpan(0, record.Length);
                SyntheticRecord.Write(replica.Open(set[i], 0, i), bytes);
                file.Write(bytes, RootsLength + ((long)i * record.Length));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            counter.Add(1);
        });
        file.Commit();
    }

    /// <summary>The stored proofs that the seed selects, partition after partition, checked.</summary>
    internal static ChallengeProof[] Read(
        StackedGraph graph, string cacheDirectory, PoRepPublicInputs inputs, ParallelOptions options, ProgressCounter counter)
    {
        var config = graph.Config;
        var record = new SyntheticRecord(config);
        var check = new ChallengeCheck(config, graph, inputs.ReplicaId, inputs.CommD);
        var set = PoRepChallenges.SyntheticSet(config, inputs.ReplicaId, inputs.CommR);
        var indices = Enumerable.Range(0, config.Partitions).SelectMany(k => set.Select(inputs.Seed, k, config.ChallengesPerPartition)).ToArray();
        var path = PathIn(cacheDirectory);
        using var file = SectorFile.Open(path, FileLength(config));

        var roots = new Commitment[3];
        SectorFile.Read(file, path, MemoryMarshal.AsBytes(roots.AsSpan()), 0);
        RequireRoots(path, inputs, roots);

        var proofs = new ChallengeProof[indices.Length];
        Workers.For(proofs.Length, options, i =>
        {
            var bytes = new byte[record.Length];
            var offset = RootsLength + ((long)indices[i] * record.Length);
            SectorFile.Read(file, path, bytes, offset);
            proofs[i] = Parse(record, bytes, path, offset, roots);
            if (check.Fault(proofs[i], set[indices[i]]) is { } fault)
            {
                var (k, challenge) = Math.DivRem(i, config.ChallengesPerPartition);
                throw new VanillaProofException(new(k, challenge, set[indices[i]], fault.Part, fault.Detail));
            }

            counter.Add(1);
        });
        return proofs;
    }

    private static ChallengeProof Parse(SyntheticRecord record, ReadOnlySpan<byte> bytes, string path, long offset, ReadOnlySpan<Commitment> roots)
    {
        try
        {
            return record.Read(bytes, path, roots[0], roots[1], roots[2]);
        }
        catch (WireFormatException error)
        {
            throw new SectorFileException(SectorFileFault.Content, path, offset + error.Offset, error.Expected, error.Found, error);
        }
    }

    private static void WriteRoots(PendingFile file, ChallengeProof proof)
    {
        file.Write(proof.Data.Root.Span, 0);
        file.Write(proof.Column.Inclusion.Root.Span, 32);
        file.Write(proof.Replica.Root.Span, 64);
    }

    private static void RequireRoots(string path, PoRepPublicInputs inputs, ReadOnlySpan<Commitment> roots)
    {
        if (roots[0] != inputs.CommD)
            throw new SectorFileException(SectorFileFault.OtherSector, path, 0, $"CommD {inputs.CommD}", roots[0].ToString());
        for (var i = 1; i < roots.Length; i++)
        {
            if (!Fr.TryRead(roots[i].Span, out _))
                throw new SectorFileException(SectorFileFault.Content, path, 32 * i, "a canonical field element", roots[i].ToString());
        }

        var commR = CompoundRoot.CommR(roots[1], roots[2]);
        if (commR != inputs.CommR)
            throw new SectorFileException(SectorFileFault.OtherSector, path, 32, $"roots of CommR {inputs.CommR}", $"roots of {commR}");
    }

    private static string PathIn(string cacheDirectory) => Path.Combine(cacheDirectory, CacheFiles.SyntheticProofs);
}
