using System.Diagnostics;
using System.Security.Cryptography;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Replicas;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Sealing.Tests.Tasks;

/// <summary>A 512 MiB sector from data to vanilla proofs and back, on two threads, in less than 2 GiB of memory.</summary>
public sealed class LargeSectorTests : IDisposable
{
    private const long MemoryLimit = 2L << 30;

    private readonly WorkDirectory work = new();

    public void Dispose() => work.Dispose();

    [SlowFact]
    public async Task A_512_MiB_sector_seals_proves_and_reads_back_in_bounded_memory()
    {
        var config = PoRepConfig.For(RegisteredSealProof.StackedDrg512MiBV1_1);
        var paths = SectorPaths.Under(work.Path, new SectorId(1000, new SectorNumber(1)));
        Directory.CreateDirectory(Path.GetDirectoryName(paths.Unsealed!)!);
        var data = Path.Combine(work.Path, "data");
        WriteData(data, config.SectorSize.UnpaddedBytes);

        using var graph = ParentCache.OpenOrCreate(work.Path, StackedGraph.Create(config), new ParentCacheOptions { DegreeOfParallelism = 2 });
        await using var source = File.OpenRead(data);
        var staged = await StagedSector.WriteAsync(paths.Unsealed!, config.SectorSize, [PieceSource.Holding(source, source.Length)]);
        var job = new SealJob
        {
            Config = config,
            Prover = ProverId.FromActorId(1000),
            Sector = new SectorNumber(1),
            Ticket = Ticket.FromBytes(SHA256.HashData("ticket"u8)),
            Pieces = [.. staged.Pieces.Select(placed => placed.Piece)],
            Paths = paths,
        };
        var output = new SectorSealer(new SealContext { Parents = graph, Degree = 2 }).Seal(job);
        Assert.Equal(staged.CommD, output.CommD);

        var inputs = new PoRepPublicInputs(job.ReplicaId, output.CommD, output.CommR, Seed.FromBytes(SHA256.HashData("seed"u8)));
        var c1 = SealCommitPhase1.Prove(config, new ReplicaFiles(paths.Cache, paths.Sealed), inputs, job.Ticket, degree: 2);
        Assert.True(PoRepCheck.Verify(config, inputs, c1.VanillaProofs, out _));
        SectorSealer.Complete(job);

        var unsealed = Path.Combine(work.Path, "read-back");
        await using (var file = File.Create(unsealed))
        {
            new SectorUnsealer(config, graph).Unseal(
                new UnsealJob(job.ReplicaId, paths.Sealed, null, work.Path), 0, config.SectorSize.UnpaddedBytes, file);
        }

        Assert.Equal(Digest(data), Digest(unsealed));
        Assert.InRange(Process.GetCurrentProcess().PeakWorkingSet64, 1, MemoryLimit);
    }

    private static string Digest(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static void WriteData(string path, long length)
    {
        using var file = File.Create(path);
        var block = new byte[1 << 20];
        for (long at = 0; at < length; at += block.Length)
        {
            SHA256.HashData(BitConverter.GetBytes(at)).CopyTo(block, 0);
            for (var filled = 32; filled < block.Length; filled *= 2) block.AsSpan(0, filled).CopyTo(block.AsSpan(filled));
            file.Write(block.AsSpan(0, (int)Math.Min(block.Length, length - at)));
        }
    }
}
