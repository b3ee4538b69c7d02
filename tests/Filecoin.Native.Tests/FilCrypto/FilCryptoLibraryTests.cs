using Filecoin.Native.FilCrypto;

namespace Filecoin.Native.Tests.FilCrypto;

/// <summary>Every argument arrives where the official library's C interface has it, and every response goes back.</summary>
public sealed class FilCryptoLibraryTests
{
    private static readonly byte[] Prover = Fill(1), Randomness = Fill(2), CommR = Fill(3), CommD = Fill(4), Ticket = Fill(5), Seed = Fill(6);

    [CompilerFact]
    public void C2_takes_the_phase_1_output_and_the_sector()
    {
        using var library = new FilCryptoDouble();
        Assert.Equal([.. Le(0x0102030405060708), .. Prover, .. "{}"u8], library.Library.SealCommitPhase2("{}"u8, 0x0102030405060708, Prover));
        Assert.Equal(0, library.LiveResponses);
    }

    [CompilerFact]
    public void An_error_is_named_with_the_message_of_the_library()
    {
        using var library = new FilCryptoDouble();
        var error = Assert.Throws<FilCryptoException>(() => library.Library.SealCommitPhase2([], 1, Prover));
        Assert.Equal(("seal_commit_phase2", 1), (error.Function, error.Status));
        Assert.Contains("expected value at line 1", error.Message, StringComparison.Ordinal);
        var faulty = Assert.Throws<FilCryptoException>(() => library.Library.GenerateWindowPoSt(10, Randomness, Prover, []));
        Assert.Equal([7, 1UL << 40], faulty.FaultySectors);
        Assert.Equal(0, library.LiveResponses);
    }

    [CompilerFact]
    public void A_seal_is_verified_with_all_of_its_parts()
    {
        using var library = new FilCryptoDouble();
        var seal = new FilCryptoSeal { CommR = CommR, CommD = CommD, ProverId = Prover, Ticket = Ticket, Seed = Seed, Sector = 99 };
        byte[] proof = [5, 0, 0, 0, .. CommR, .. CommD, .. Prover, .. Ticket, .. Seed, .. Le(99)];
        Assert.True(library.Library.VerifySeal(5, seal, proof));
        Assert.False(library.Library.VerifySeal(6, seal, proof));
        Assert.False(library.Library.VerifySeal(5, seal with { Sector = 98 }, proof));
        Assert.Throws<ArgumentException>(() => library.Library.VerifySeal(5, seal with { Seed = new byte[31] }, proof));
        Assert.Equal(0, library.LiveResponses);
    }

    [CompilerFact]
    public void PoSts_take_every_vanilla_proof_in_order()
    {
        using var library = new FilCryptoDouble();
        ReadOnlyMemory<byte>[] vanilla = [new byte[] { 10, 11 }, new byte[] { 12 }, Array.Empty<byte>(), new byte[] { 13, 14, 15 }];
        byte[] Echo(byte registered) => [registered, 0, 0, 0, .. Randomness, .. Prover, 10, 11, 12, 13, 14, 15];
        Assert.Equal(Echo(3), library.Library.GenerateWinningPoSt(3, Randomness, Prover, vanilla));
        Assert.Equal(Echo(10), library.Library.GenerateWindowPoSt(10, Randomness, Prover, vanilla));
        Assert.Equal([.. Echo(11), .. Le(2)], library.Library.GenerateSingleWindowPoSt(11, Randomness, Prover, vanilla, 2));
        Assert.Equal(0, library.LiveResponses);
    }

    [CompilerFact]
    public void PoSts_are_verified_with_every_replica()
    {
        using var library = new FilCryptoDouble();
        FilCryptoReplica[] replicas = [new(4, CommR), new(1UL << 33, CommD)];
        byte[] Proof(char kind, byte registered) =>
            [(byte)kind, .. Randomness, .. Prover, registered, 0, 0, 0, .. CommR, .. Le(4), registered, 0, 0, 0, .. CommD, .. Le(1UL << 33)];
        Assert.True(library.Library.VerifyWinningPoSt(2, Randomness, Prover, replicas, Proof('w', 2)));
        Assert.False(library.Library.VerifyWindowPoSt(2, Randomness, Prover, replicas, Proof('w', 2)));
        Assert.True(library.Library.VerifyWindowPoSt(12, Randomness, Prover, replicas, Proof('d', 12)));
        Assert.Throws<ArgumentException>(() => library.Library.VerifyWindowPoSt(12, Randomness.AsSpan(1), Prover, replicas, []));
        Assert.Equal(0, library.LiveResponses);
    }

    [Fact]
    public void A_path_without_a_library_is_an_error() =>
        Assert.Throws<DllNotFoundException>(() => FilCryptoLibrary.Load("/nowhere/libfilcrypto.so"));

    private static byte[] Fill(byte value) => [.. Enumerable.Range(0, 32).Select(i => (byte)(value * 16 + i))];

    private static byte[] Le(ulong value) => BitConverter.GetBytes(value);
}
