using System.Security.Cryptography;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Replicas;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Benchmarks.PoRep;

/// <summary>A sector without data, sealed in a temporary directory that goes away with the object.</summary>
internal sealed class BenchmarkSector : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("filecoin-benchmark-");

    public BenchmarkSector(PoRepConfig config)
    {
        Config = config;
        Files = new(_directory.FullName, Path.Combine(_directory.FullName, "sealed"));
        var commD = TreeD.Build(Files.CacheDirectory, config.SectorSize, null);
        Ticket = Ticket.FromBytes(SHA256.HashData("ticket"u8));
        var replicaId = ReplicaId.Compute(ProverId.FromActorId(1000), new(1), Ticket, commD, config.PorepId);
        new SdrEncoder(config, StackedGraph.Create(config)).Encode([new(replicaId, Files.CacheDirectory)]);
        var commC = TreeC.Build(Files.CacheDirectory, config);
        var aux = new PersistentAux(commC, ReplicaEncoder.Encode(Files.CacheDirectory, config, null, Files.SealedPath));
        aux.Write(Files.CacheDirectory);
        Inputs = new(replicaId, commD, aux.CommR, Seed.FromBytes(SHA256.HashData("seed"u8)));
    }

    public PoRepConfig Config { get; }

    public ReplicaFiles Files { get; }

    public PoRepPublicInputs Inputs { get; }

    public Ticket Ticket { get; }

    public void Dispose() => _directory.Delete(recursive: true);
}
