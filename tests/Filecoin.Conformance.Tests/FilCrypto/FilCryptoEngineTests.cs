using Filecoin.Conformance.Tests.PoSt;
using Filecoin.Native.Tests.FilCrypto;
using Filecoin.Proving.FilCrypto;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.FilCrypto;

/// <summary>The official library gets recorded sectors in its own formats and numbering (the double echoes what arrives).</summary>
public sealed class FilCryptoEngineTests
{
    private static readonly SectorMeta Meta = GoldenVectors.Meta("2k-v1_1");

    [CompilerFact]
    public void C2_hands_over_the_official_JSON()
    {
        using var library = new FilCryptoDouble();
        var config = PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1);
        var phase1 = SealCommitPhase1Json.Read(GoldenVectors.SectorFile("2k-v1_1", "c1.json"), Meta.Config);
        using var json = new MemoryStream();
        SealCommitPhase1Json.WriteForApi(json, phase1, config);
        var echo = new FilCryptoEngine(library.Library, Meta.ProverId).Prove(config, phase1, Meta.ProverId, Meta.Number);
        Assert.Equal([.. BitConverter.GetBytes(Meta.Number.Value), .. Meta.ProverId.Span, .. json.ToArray()], echo);
    }

    [CompilerFact]
    public void A_seal_is_verified_under_its_registered_proof()
    {
        using var library = new FilCryptoDouble();
        var info = new SealVerifyInfo(Meta.ProverId, Meta.Number, Meta.Ticket, Meta.Seed, Meta.CommD, Meta.CommR);
        byte[] all =
        [
            5, 0, 0, 0, .. info.CommR.Span, .. info.CommD.Span, .. info.Prover.Span, .. info.Ticket.Span, .. info.Seed.Span,
            .. BitConverter.GetBytes(info.Number.Value),
        ];
        var engine = new FilCryptoEngine(library.Library, Meta.ProverId);
        Assert.True(engine.Verify(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1_1), info, all));
        Assert.False(engine.Verify(PoRepConfig.For(RegisteredSealProof.StackedDrg2KiBV1), info, all));
    }

    [CompilerFact]
    public void PoSts_hand_over_the_official_vanilla_bytes()
    {
        using var library = new FilCryptoDouble();
        var engine = new FilCryptoEngine(library.Library, Meta.ProverId);
        var recording = new PoStRecording("window-2k-1partition", PoStKind.Window, ApiVersion.V1_1);
        var config = PoStConfig.For(RegisteredPoStProof.StackedDrgWindow2KiBV1_1);
        byte[] vanilla = [.. recording.Proofs.SelectMany(SectorProofBincode.Write)];
        byte[] echo = [10, 0, 0, 0, .. recording.Inputs.Randomness.Span, .. Meta.ProverId.Span, .. vanilla];
        Assert.Equal(echo, engine.Prove(config, recording.Inputs, [.. recording.Proofs]));
        Assert.Equal([.. echo, .. new byte[8]], engine.ProvePartition(config, recording.Inputs, 0, [.. recording.Proofs]));
        Assert.Throws<ArgumentException>(() => engine.Prove(PoStConfig.Create(PoStKind.Window, SectorSize.KiB4, ApiVersion.V1_2), recording.Inputs, []));
    }
}
