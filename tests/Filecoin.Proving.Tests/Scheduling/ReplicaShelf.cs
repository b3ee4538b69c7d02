using System.Collections.Concurrent;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Scheduling.Vanilla;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Tests.PoRep;

namespace Filecoin.Proving.Tests.Scheduling;

/// <summary>Real sealed sectors of 2 KiB, few of them under many numbers, on paths that can be unplugged or hang.</summary>
internal sealed class ReplicaShelf : ISectorReplicas, IDisposable
{
    private readonly TestSector[] _sectors;

    public ReplicaShelf(int different = 3) =>
        _sectors = [.. Enumerable.Range(0, different).Select(i => new TestSector(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1), $"shelf {i}"))];

    /// <summary>The paths that every sector is on, in the order in which they are tried.</summary>
    public ConcurrentDictionary<string, PathMood> Paths { get; } = new(StringComparer.Ordinal) { ["first"] = PathMood.Well };

    /// <summary>Sectors that no path gives.</summary>
    public ConcurrentDictionary<SectorNumber, bool> Lost { get; } = new();

    public int Reads;

    /// <summary>The clock of what is <see cref="PathMood.Slow"/>.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Reads that take the machine's time now.</summary>
    public int Busy;

    public StorageReads? Limits { get; init; }

    public Commitment CommR(ulong sector) => Of(sector).Inputs.CommR;

    public ReplicaFiles Files(ulong sector) => Of(sector).Files;

    public IAsyncEnumerable<ISectorReplica> FindAsync(SectorId sector, SectorSize size, bool updated, CancellationToken cancellationToken = default) =>
        Paths.Keys.Order(StringComparer.Ordinal).Select(path => new ShelfReplica(this, path)).ToAsyncEnumerable();

    public void Dispose()
    {
        foreach (TestSector sector in _sectors)
            sector.Dispose();
    }

    private TestSector Of(ulong sector) => _sectors[(int)(sector % (ulong)_sectors.Length)];

    private sealed class ShelfReplica(ReplicaShelf shelf, string path) : ISectorReplica
    {
        public string Place => path;

        public async Task<SectorProof> ReadAsync(VanillaChallenge challenge, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref shelf.Reads);
            PathMood mood = shelf.Paths.GetValueOrDefault(path, PathMood.Unplugged);
            if (mood == PathMood.Hangs)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            if (mood == PathMood.Slow)
                await Task.Delay(TimeSpan.FromSeconds(90), shelf.Time, cancellationToken);
            if (mood == PathMood.Unplugged || shelf.Lost.ContainsKey(challenge.Sector.Number))
                throw new VanillaReadException(path, "no such file");
            Interlocked.Increment(ref shelf.Busy);
            SectorProof proof;
            try
            {
                proof = SectorProver.Prove(
                    challenge.Proof.SectorSize, shelf.Files(challenge.Sector.Number.Value), challenge.Public, challenge.Nodes.AsSpan(), cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref shelf.Busy);
            }

            return mood == PathMood.Lies ? proof with { CommRLast = proof.CommC } : proof;
        }
    }
}

internal enum PathMood
{
    Well,
    Unplugged,
    Hangs,
    Slow,
    Lies,
}
