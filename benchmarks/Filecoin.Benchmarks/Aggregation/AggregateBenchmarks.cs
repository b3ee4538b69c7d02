using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.Sectors;
using Filecoin.Tests.Shared.Groth16;

namespace Filecoin.Benchmarks.Aggregation;

/// <summary>
/// Sectors of 2 KiB, a proof each, aggregated and verified, beside verifying them one by one, which is what an aggregate saves the chain.
/// A sector of 32 GiB counts for ten. The reference string's points are in memory, as they are after the first aggregate.
/// </summary>
[InProcess, CpuTime, IterationCount(5), WarmupCount(1), InvocationCount(1)]
public class AggregateBenchmarks
{
    private readonly PoRepConfig _config = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1);
    private SealProofClaim[] _sectors = [];
    private SealVerifyInfo[] _infos = [];
    private byte[] _aggregate = [];
    private SealAggregator? _aggregator;
    private SealAggregateVerifier? _verifier;
    private SealVerifier? _single;

    [Params(8, 64, 512, 1024)]
    public int Sectors { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var store = new ParameterStore(new ParameterStoreOptions
        {
            Directory = Path.Combine(Path.GetTempPath(), "filecoin-benchmark-aggregation"),
            AllowInsecure = true,
        });
        DevelopmentSrs.Make(store, 1024);
        var secrets = new KnownSecrets(Inputs(Info(0)).Length);
        File.WriteAllBytes(store.InsecureVerifyingKeyPath(ParameterIdentifier.Of(_config)), secrets.Key);
        _infos = [.. Enumerable.Range(1, Sectors).Select(i => Info((ulong)i))];
        _sectors = [.. _infos.Select(info => new SealProofClaim(info, secrets.Prove(Inputs(info)).ToBytes()))];
        (_aggregator, _verifier, _single) = (new SealAggregator(store), new SealAggregateVerifier(store), new SealVerifier(store));
        _aggregate = _aggregator.Aggregate(_config, SnarkPackVersion.V2, _sectors);
    }

    [Benchmark(Baseline = true)]
    public bool VerifyOneByOne() => _sectors.All(sector => _single!.Verify(_config, sector.Info, sector.Proof.Span));

    [Benchmark]
    public bool VerifyInABatch() => _single!.VerifyBatch(_config, _sectors);

    [Benchmark]
    public bool VerifyAggregate() => _verifier!.VerifyAggregate(_config, SnarkPackVersion.V2, _infos, _aggregate);

    [Benchmark]
    public byte[] Aggregate() => _aggregator!.Aggregate(_config, SnarkPackVersion.V2, _sectors);

    private Native.Fields.Fr[] Inputs(SealVerifyInfo info) => [.. info.PublicInputs(_config).ForCircuit(_config, 0)];

    private static SealVerifyInfo Info(ulong number)
    {
        byte[] Bytes(string name)
        {
            var digest = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{name} {number}")));
            digest[^1] &= 0x3F;
            return digest;
        }
        return new(ProverId.FromActorId(1000), new SectorNumber(number), Ticket.FromBytes(Bytes("ticket")), Seed.FromBytes(Bytes("seed")),
            Commitment.FromBytes(Bytes("comm_d")), Commitment.FromBytes(Bytes("comm_r")));
    }
}
