using System.Security.Cryptography;
using System.Text;
using Filecoin.Native.Fields;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;

namespace Filecoin.Tests.Shared.Groth16;

/// <summary>A parameter directory with a PoRep key whose secrets are known and a development reference string, and sectors proven with them.</summary>
public sealed class AggregationRoom : IDisposable
{
    internal const int MaxProofs = 16;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("aggregation-");
    private readonly KnownSecrets _secrets;

    public AggregationRoom()
    {
        Store = new ParameterStore(new ParameterStoreOptions { Directory = _directory.FullName, AllowInsecure = true });
        _secrets = new KnownSecrets(Inputs(Config, Info(0), 0).Length);
        File.WriteAllBytes(Store.InsecureVerifyingKeyPath(ParameterIdentifier.Of(Config)), _secrets.Key);
        DevelopmentSrs.Make(Store, MaxProofs);
    }

    public ParameterStore Store { get; }

    public PoRepConfig Config { get; } = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1);

    public PoRepConfig NonInteractive { get; } = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_2_Feat_NiPoRep);

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Sectors 1, 2, … with proofs that hold.</summary>
    internal SealProofClaim[] Sectors(int count, PoRepConfig? config = null) =>
        [.. Enumerable.Range(1, count).Select(i => Claim(Info((ulong)i), config ?? Config))];

    internal SealProofClaim Claim(SealVerifyInfo info, PoRepConfig config)
    {
        lock (_secrets)
        {
            var proofs = Enumerable.Range(0, config.Partitions).Select(partition => _secrets.Prove(Inputs(config, info, partition))).ToArray();
            return new SealProofClaim(info, Groth16Proof.WriteMany(proofs));
        }
    }

    internal static SealVerifyInfo Info(ulong number) => new(
        ProverId.FromActorId(1000), new SectorNumber(number), Ticket.FromBytes(Bytes("ticket", number)), Seed.FromBytes(Bytes("seed", number)),
        Commitment.FromBytes(Bytes("comm_d", number)), Commitment.FromBytes(Bytes("comm_r", number)));

    private static Fr[] Inputs(PoRepConfig config, SealVerifyInfo info, int partition) =>
        [.. info.PublicInputs(config).ForCircuit(config, partition)];

    private static byte[] Bytes(string name, ulong number)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{name} {number}")));
        digest[^1] &= 0x3F;
        return digest;
    }
}
