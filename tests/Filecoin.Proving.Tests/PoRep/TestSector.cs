using System.Collections.Immutable;
using System.Security.Cryptography;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Labels;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Replicas;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Tests.PoRep;

/// <summary>A small sector sealed in a temporary directory that goes away with the object.</summary>
internal sealed class TestSector : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("filecoin-test-");

    public TestSector(PoRepConfig config, string name = "sector")
    {
        Config = config;
        Files = new(Directory.CreateDirectory(Path.Combine(_directory.FullName, "cache")).FullName, Path.Combine(_directory.FullName, "sealed"));
        var staged = Path.Combine(_directory.FullName, "staged");
        File.WriteAllBytes(staged, Data(config.SectorSize.Bytes, name));
        var commD = TreeD.Build(Files.CacheDirectory, config.SectorSize, staged);
        Ticket = Ticket.FromBytes(SHA256.HashData("ticket"u8));
        var replicaId = ReplicaId.Compute(ProverId.FromActorId(1000), new(7), Ticket, commD, config.PorepId);
        new SdrEncoder(config, StackedGraph.Create(config)).Encode([new(replicaId, Files.CacheDirectory)]);
        var commC = TreeC.Build(Files.CacheDirectory, config);
        var aux = new PersistentAux(commC, ReplicaEncoder.Encode(Files.CacheDirectory, config, staged, Files.SealedPath));
        aux.Write(Files.CacheDirectory);
        Inputs = new(replicaId, commD, aux.CommR, Seed.FromBytes(SHA256.HashData("seed"u8)));
    }

    public PoRepConfig Config { get; }

    public ReplicaFiles Files { get; }

    public PoRepPublicInputs Inputs { get; }

    public Ticket Ticket { get; }

    public SealCommitPhase1Output Prove()
    {
        if (Config.Feature == PoRepFeature.Synthetic)
            SyntheticProofs.Generate(Config, Files, Inputs);
        return SealCommitPhase1.Prove(Config, Files, Inputs, Ticket);
    }

    public bool Verify(ImmutableArray<ImmutableArray<ChallengeProof>> proofs, out PoRepProofFault? fault) =>
        PoRepCheck.Verify(Config, Inputs, proofs, out fault);

    /// <summary>Full path of a file in the cache.</summary>
    public string Cache(string file) => Path.Combine(Files.CacheDirectory, file);

    public void Dispose() => _directory.Delete(recursive: true);

    private static byte[] Data(long bytes, string name)
    {
        var data = new byte[bytes];
        for (var i = 0; i < data.Length; i += 32)
        {
            SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($"{name} {i}")).CopyTo(data, i);
            data[i + 31] &= 0x3f;
        }

        return data;
    }
}
