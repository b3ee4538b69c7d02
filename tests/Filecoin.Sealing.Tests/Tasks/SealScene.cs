using System.Security.Cryptography;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;
using Filecoin.Sealing.Tasks;

namespace Filecoin.Sealing.Tests.Tasks;

/// <summary>A 16 KiB sector with one piece, sealed once without trouble, and jobs to seal it again with.</summary>
internal sealed class SealScene : IDisposable
{
    private readonly WorkDirectory work = new();
    private readonly byte[] staged = new byte[16 << 10];

    public SealScene()
    {
        var data = new byte[staged.Length / 128 * 127];
        for (var i = 0; i < data.Length; i++) data[i] = (byte)(i * 13 ^ (i >> 8));
        Fr32.Pad(data, staged);
        CommP = TreeD.Build(Directory.CreateDirectory(Path.Combine(work.Path, "piece")).FullName, Config.SectorSize, Stage("piece-data"));
        Reference = Job("reference");
        Output = new SectorSealer(Context).Seal(Reference);
        Names = [.. Directory.GetFiles(Reference.Paths.Cache).Select(Path.GetFileName).Select(name => name!).Order(StringComparer.Ordinal)];
    }

    public static PoRepConfig Config { get; } = PoRepConfig.For(RegisteredSealProof.StackedDrg16KiBV1_1);

    public static SealContext Context { get; } = new() { Parents = StackedGraph.Create(Config), Degree = 2 };

    public SealJob Reference { get; }

    public PreCommitOutput Output { get; }

    /// <summary>Names in the cache directory of a sealed sector.</summary>
    public string[] Names { get; }

    public Commitment CommP { get; }

    public void Dispose() => work.Dispose();

    public SealJob Job(string name, string? root = null)
    {
        var directory = Directory.CreateDirectory(Path.Combine(root ?? work.Path, name)).FullName;
        return new SealJob
        {
            Config = Config,
            Prover = ProverId.FromActorId(1000),
            Sector = new SectorNumber(1),
            Ticket = Ticket.FromBytes(SHA256.HashData("ticket"u8)),
            Pieces = [new PieceInfo(CommP, PieceSize.FromPadded(staged.Length))],
            Paths = new SectorPaths(Stage("data"), Path.Combine(directory, "sealed"), Path.Combine(directory, "cache")),
        };
    }

    /// <summary>Every file that bears a final name is the undisturbed sector's.</summary>
    public void AssertNothingHalfDone(SealJob job)
    {
        if (File.Exists(job.Paths.Sealed)) Assert.Equal(File.ReadAllBytes(Reference.Paths.Sealed), File.ReadAllBytes(job.Paths.Sealed));
        if (!Directory.Exists(job.Paths.Cache)) return;
        foreach (var path in Directory.GetFiles(job.Paths.Cache))
        {
            var name = Path.GetFileName(path);
            Assert.Contains(name, Names);
            if (name is SealRecord.FileName or CacheFiles.TemporaryAux) continue;
            Assert.True(File.ReadAllBytes(Path.Combine(Reference.Paths.Cache, name)).AsSpan().SequenceEqual(File.ReadAllBytes(path)), name);
        }
    }

    public void AssertSealed(SealJob job)
    {
        AssertNothingHalfDone(job);
        Assert.Equal(Names, Directory.GetFiles(job.Paths.Cache).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(job.Paths.Sealed));
    }

    private string Stage(string name)
    {
        var path = Path.Combine(work.Path, name);
        if (!File.Exists(path)) File.WriteAllBytes(path, staged);
        return path;
    }
}
