using Filecoin.Native.Interop;

namespace Filecoin.Native.FilCrypto;

/// <summary>What <c>verify_seal</c> takes beside the proof; every byte string has 32 bytes.</summary>
public sealed record FilCryptoSeal
{
    /// <summary>Commitment of the replica.</summary>
    public required ReadOnlyMemory<byte> CommR { get; init; }

    /// <summary>Commitment of the data.</summary>
    public required ReadOnlyMemory<byte> CommD { get; init; }

    /// <summary>The prover id.</summary>
    public required ReadOnlyMemory<byte> ProverId { get; init; }

    /// <summary>The ticket.</summary>
    public required ReadOnlyMemory<byte> Ticket { get; init; }

    /// <summary>The seed.</summary>
    public required ReadOnlyMemory<byte> Seed { get; init; }

    /// <summary>The sector's number.</summary>
    public required ulong Sector { get; init; }
}

/// <summary>A sector of a PoSt: its number and CommR (32 bytes).</summary>
/// <param name="Sector">The number.</param>
/// <param name="CommR">Commitment of the replica.</param>
public readonly record struct FilCryptoReplica(ulong Sector, ReadOnlyMemory<byte> CommR);

/// <summary>
/// The official <c>libfilcrypto</c> of filecoin-ffi, loaded from a path that the user names: bytes in, bytes out. Registered proofs are the
/// library's own numbering, which is that of the actors up to <c>RegisteredSealProof</c> 19 and its own for PoSt. It reads its parameters
/// from <c>FIL_PROOFS_PARAMETER_CACHE</c> and cannot be cancelled. Safe for several threads.
/// </summary>
public sealed class FilCryptoLibrary : IDisposable
{
    private readonly FilCryptoAbi _abi;

    private FilCryptoLibrary(FilCryptoAbi abi) => _abi = abi;

    /// <summary>Loads the library.</summary>
    /// <param name="path">Its file, <c>libfilcrypto.so</c> or <c>.dylib</c>.</param>
    /// <exception cref="DllNotFoundException">There is no such library, or not for this processor.</exception>
    /// <exception cref="EntryPointNotFoundException">It is another library, or a version without these functions.</exception>
    public static FilCryptoLibrary Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FilCryptoLibrary(new FilCryptoAbi(path));
    }

    /// <summary>C2 of a sector: the output of C1 as official JSON in, the proof out.</summary>
    /// <exception cref="FilCryptoException">The library refused.</exception>
    public byte[] SealCommitPhase2(ReadOnlySpan<byte> phase1Json, ulong sector, ReadOnlySpan<byte> proverId) =>
        FilCryptoCalls.SealCommitPhase2(_abi, phase1Json, sector, proverId);

    /// <summary>Whether a seal proof holds.</summary>
    /// <exception cref="FilCryptoException">The library refused.</exception>
    public bool VerifySeal(int registeredProof, FilCryptoSeal seal, ReadOnlySpan<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(seal);
        foreach (var value in (ReadOnlySpan<ReadOnlyMemory<byte>>)[seal.CommR, seal.CommD, seal.ProverId, seal.Ticket, seal.Seed])
        {
            if (value.Length != 32) throw new ArgumentException($"Expected 32 bytes, found {value.Length}.", nameof(seal));
        }
        return FilCryptoCalls.VerifySeal(_abi, registeredProof, seal, proof);
    }

    /// <summary>A winning PoSt of vanilla proofs in their official bytes.</summary>
    /// <exception cref="FilCryptoException">The library refused.</exception>
    public byte[] GenerateWinningPoSt(
        int registeredProof, ReadOnlySpan<byte> randomness, ReadOnlySpan<byte> proverId, IReadOnlyList<ReadOnlyMemory<byte>> vanillaProofs) =>
        FilCryptoCalls.WinningPoSt(_abi, registeredProof, randomness, proverId, vanillaProofs);

    /// <summary>A window PoSt of vanilla proofs in their official bytes, all partitions.</summary>
    /// <exception cref="FilCryptoException">The library refused; it names faulty sectors where it found some.</exception>
    public byte[] GenerateWindowPoSt(
        int registeredProof, ReadOnlySpan<byte> randomness, ReadOnlySpan<byte> proverId, IReadOnlyList<ReadOnlyMemory<byte>> vanillaProofs) =>
        FilCryptoCalls.WindowPoSt(_abi, registeredProof, randomness, proverId, vanillaProofs);

    /// <summary>One partition of a window PoSt.</summary>
    /// <exception cref="FilCryptoException">The library refused; it names faulty sectors where it found some.</exception>
    public byte[] GenerateSingleWindowPoSt(
        int registeredProof, ReadOnlySpan<byte> randomness, ReadOnlySpan<byte> proverId, IReadOnlyList<ReadOnlyMemory<byte>> vanillaProofs, int partition) =>
        FilCryptoCalls.SingleWindowPoSt(_abi, registeredProof, randomness, proverId, vanillaProofs, partition);

    /// <summary>Whether a winning PoSt holds.</summary>
    /// <exception cref="FilCryptoException">The library refused.</exception>
    public bool VerifyWinningPoSt(
        int registeredProof, ReadOnlySpan<byte> randomness, ReadOnlySpan<byte> proverId, IReadOnlyList<FilCryptoReplica> replicas, ReadOnlySpan<byte> proof) =>
        FilCryptoCalls.VerifyPoSt(_abi, true, registeredProof, randomness, proverId, replicas, proof);

    /// <summary>Whether a window PoSt holds.</summary>
    /// <exception cref="FilCryptoException">The library refused.</exception>
    public bool VerifyWindowPoSt(
        int registeredProof, ReadOnlySpan<byte> randomness, ReadOnlySpan<byte> proverId, IReadOnlyList<FilCryptoReplica> replicas, ReadOnlySpan<byte> proof) =>
        FilCryptoCalls.VerifyPoSt(_abi, false, registeredProof, randomness, proverId, replicas, proof);

    /// <summary>Unloads the library; no call may be under way.</summary>
    public void Dispose() => _abi.Dispose();
}
