using Filecoin.Proving.Graph;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Trees;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Conformance.Tests.Sealing;

/// <summary>Every recorded sector, sealed from its pieces' bytes: each file that the official implementation left is made, byte for byte.</summary>
public sealed class SealedSectorsTests
{
    public static TheoryData<string> Sectors => GoldenVectors.Sectors;

    [Theory, MemberData(nameof(Sectors))]
    public void Sealing_makes_the_recorded_files(string name)
    {
        using var work = new WorkDirectory();
        var meta = GoldenVectors.Meta(name);
        var job = Job(meta, work.Path, hasData: !name.EndsWith("-cc", StringComparison.Ordinal));
        if (job.Paths.Unsealed is { } unsealed) Stage(meta, unsealed);

        var phases = new PhaseLog();
        var output = new SectorSealer(new SealContext { Parents = StackedGraph.Create(meta.Config) }).Seal(job, phases);

        Assert.Equal(new PreCommitOutput(meta.CommD, meta.CommR), output);
        Assert.Equal(meta.ReplicaId, job.ReplicaId);
        Assert.Equal([SealPhase.TreeD, SealPhase.Labels, SealPhase.TreeC, SealPhase.Replica], phases.Completed);
        var recorded = new RecordedFiles(name);
        if (job.Paths.Unsealed is not null) recorded.AssertSame("staged", job.Paths.Unsealed);
        recorded.AssertSame("sealed", job.Paths.Sealed);
        foreach (var file in recorded.Names.Where(file => file.StartsWith("cache/sc-02-data-", StringComparison.Ordinal)).Append("cache/p_aux"))
            recorded.AssertSame(file, Path.Combine(job.Paths.Cache, file["cache/".Length..]));
        AssertAux(meta, job);
        AssertFinalizes(recorded, job);
    }

    /// <summary>t_aux holds the path of the cache directory, which alone differs.</summary>
    private static void AssertAux(SectorMeta meta, SealJob job)
    {
        var aux = TemporaryAux.Read(job.Paths.Cache);
        Assert.Equal(TemporaryAux.For(meta.Config, job.Paths.Cache).ToBytes(), aux.ToBytes());
    }

    private static void AssertFinalizes(RecordedFiles recorded, SealJob job)
    {
        SectorSealer.Complete(job);
        string[] kept = [.. Directory.GetFiles(job.Paths.Cache).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        string[] expected =
        [
            .. recorded.Names.Where(file => file.StartsWith("cache/sc-02-data-tree-r-last", StringComparison.Ordinal))
                .Select(file => file["cache/".Length..]),
            "p_aux", "t_aux", SealRecord.FileName,
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), kept);
    }

    private static SealJob Job(SectorMeta meta, string directory, bool hasData) => new()
    {
        Config = meta.Config,
        Prover = meta.ProverId,
        Sector = meta.Number,
        Ticket = meta.Ticket,
        Pieces = [.. meta.Pieces.Select(piece => new PieceInfo(piece.CommP, PieceSize.FromUnpadded(piece.UnpaddedSize)))],
        Paths = new SectorPaths(
            hasData ? Path.Combine(directory, "unsealed") : null, Path.Combine(directory, "sealed"), Path.Combine(directory, "cache")),
    };

    private static void Stage(SectorMeta meta, string path)
    {
        using var staged = File.Create(path);
        staged.SetLength(meta.Size.Bytes);
        var pieces = meta.Pieces.ToArray();
        var placed = DataCommitment.Place(meta.Size,
            [.. pieces.Select(piece => new PieceInfo(piece.CommP, PieceSize.FromUnpadded(piece.UnpaddedSize)))]);
        for (var i = 0; i < pieces.Length; i++)
        {
            var (length, label, _) = pieces[i];
            var padded = new byte[placed[i].Piece.Size.Padded];
            Fr32.Pad(label is { } k ? DerivedData.SectorPiece(k, length) : new byte[length], padded);
            staged.Position = placed[i].PaddedOffset;
            staged.Write(padded);
        }
    }

    private sealed class PhaseLog : IProgress<SealProgress>
    {
        private readonly Lock gate = new();

        public List<SealPhase> Completed { get; } = [];

        public void Report(SealProgress value)
        {
            lock (gate)
            {
                Assert.InRange(value.Done, 1, value.Total);
                if (value.Done == value.Total) Completed.Add(value.Phase);
            }
        }
    }
}
