using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Tests.PoRep;
using Filecoin.Proving.Trees;
using Filecoin.Proving.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Wire;

/// <summary>
/// Spoilt documents are refused with the format's error, or are proofs whose check is false, or say the same as before; never anything else,
/// and never with more memory than the document itself accounts for.
/// </summary>
public sealed class ParserFuzzTests : IClassFixture<ParserFuzzTests.Documents>
{
    private const long AllocationLimit = 64L << 20;

    private readonly Documents _documents;

    public ParserFuzzTests(Documents documents) => _documents = documents;

    [Fact]
    public void C1_json() => Fuzz(_documents.Json, PoRepOutcome(bytes => SealCommitPhase1Json.Read(bytes, _documents.Sector.Config)));

    [Fact]
    public void C1_bincode() => Fuzz(_documents.Bincode, PoRepOutcome(bytes => SealCommitPhase1Bincode.Read(bytes, _documents.Sector.Config)));

    [Fact]
    public void PoSt_bytes() => Fuzz(_documents.PoStBytes, PoStOutcome(bytes => SectorProofBincode.Read(bytes, _documents.PoStConfig)));

    [Fact]
    public void PoSt_json() => Fuzz(_documents.PoStJson, PoStOutcome(bytes => SectorProofJson.Read(bytes, _documents.PoStConfig)));

    [Fact]
    public void Synthetic_proofs()
    {
        var sector = _documents.Synthetic;
        var path = sector.Cache(CacheFiles.SyntheticProofs);
        var whole = File.ReadAllBytes(path);
        var expected = SealCommitPhase1Tests.Written(s => SealCommitPhase1Bincode.Write(s, Prove()));
        Fuzz(whole, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            try
            {
                return SealCommitPhase1Tests.Written(s => SealCommitPhase1Bincode.Write(s, Prove())).AsSpan().SequenceEqual(expected);
            }
            catch (Exception error) when (error is SectorFileException or VanillaProofException)
            {
                return true;
            }
        });
        File.WriteAllBytes(path, whole);

        SealCommitPhase1Output Prove() => SealCommitPhase1.Prove(sector.Config, sector.Files, sector.Inputs, sector.Ticket, degree: 1);
    }

    private static void Fuzz(byte[] document, Func<byte[], bool> isSound) =>
        Prop.ForAll(Mutation.Any, mutation =>
        {
            var bytes = mutation.Apply(document);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var sound = isSound(bytes);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return sound.Label("outcome").And((allocated < AllocationLimit).Label($"allocated {allocated}"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private Func<byte[], bool> PoRepOutcome(Func<byte[], SealCommitPhase1Output> read) => bytes =>
    {
        try
        {
            var output = read(bytes);
            return !PoRepCheck.Verify(_documents.Sector.Config, output.PublicInputs, output.VanillaProofs, out _, degree: 1)
                || Same(output, _documents.Output);
        }
        catch (WireFormatException)
        {
            return true;
        }
    };

    /// <summary>The ticket is in the document and in no check: it is the one thing that may differ.</summary>
    private static bool Same(SealCommitPhase1Output found, SealCommitPhase1Output original) =>
        SealCommitPhase1Tests.Written(s => SealCommitPhase1Bincode.Write(s, found with { Ticket = original.Ticket })).AsSpan()
            .SequenceEqual(SealCommitPhase1Tests.Written(s => SealCommitPhase1Bincode.Write(s, original)));

    private Func<byte[], bool> PoStOutcome(Func<byte[], SectorProof> read) => bytes =>
    {
        try
        {
            var proof = read(bytes);
            return !PoStCheck.Verify(_documents.PoStConfig, Documents.Randomness, _documents.PoStSector, 0, proof, out _)
                || SectorProofBincode.Write(proof).AsSpan().SequenceEqual(_documents.PoStBytes);
        }
        catch (WireFormatException)
        {
            return true;
        }
    };

    /// <summary>A sealed sector's documents.</summary>
    public sealed class Documents : IDisposable
    {
        internal static readonly PoStRandomness Randomness = PoStRandomness.FromChain(new byte[32]);

        public Documents()
        {
            Output = Sector.Prove();
            Json = SealCommitPhase1Tests.Written(s => SealCommitPhase1Json.Write(s, Output));
            Bincode = SealCommitPhase1Tests.Written(s => SealCommitPhase1Bincode.Write(s, Output));
            PoStSector = new(new(7), Sector.Inputs.CommR);
            var challenges = PoStChallenges.ForSector(PoStConfig, Randomness, PoStSector.Number, 0);
            var proof = SectorProver.Prove(SectorSize.KiB4, Sector.Files, PoStSector, challenges.AsSpan());
            PoStBytes = SectorProofBincode.Write(proof);
            PoStJson = SectorProofJson.Write(proof);
            Synthetic.Prove();
        }

        internal TestSector Sector { get; } = new(PoRepConfig.Create(SectorSize.KiB4, ApiVersion.V1_1));

        internal TestSector Synthetic { get; } = new(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1_Feat_SyntheticPoRep));

        internal SealCommitPhase1Output Output { get; }

        internal byte[] Json { get; }

        internal byte[] Bincode { get; }

        internal PoStConfig PoStConfig { get; } = PoStConfig.Create(PoStKind.Window, SectorSize.KiB4, ApiVersion.V1_2);

        internal PoStSector PoStSector { get; }

        internal byte[] PoStBytes { get; }

        internal byte[] PoStJson { get; }

        public void Dispose()
        {
            Sector.Dispose();
            Synthetic.Dispose();
        }
    }
}
