using System.Buffers;
using System.Text;
using Filecoin.Native.FilCrypto;
using static Filecoin.Native.Interop.FilCryptoAbi;

namespace Filecoin.Native.Interop;

/// <summary>Calls into <c>libfilcrypto</c> with everything pinned, copied out and released.</summary>
internal static unsafe class FilCryptoCalls
{
    private const int Bytes32 = 32;

    public static byte[] SealCommitPhase2(FilCryptoAbi abi, ReadOnlySpan<byte> phase1, ulong sector, ReadOnlySpan<byte> prover)
    {
        Require32(prover, nameof(prover));
        fixed (byte* phase1Start = phase1, proverStart = prover)
        {
            var response = abi.SealCommitPhase2(new Slice { Start = phase1Start, Length = (nuint)phase1.Length }, sector, proverStart);
            try
            {
                ThrowIfFailed("seal_commit_phase2", response->Head);
                return response->Value.ToArray();
            }
            finally
            {
                abi.DestroySealCommitPhase2(response);
            }
        }
    }

    public static bool VerifySeal(FilCryptoAbi abi, int registeredProof, FilCryptoSeal seal, ReadOnlySpan<byte> proof)
    {
        fixed (byte* commR = seal.CommR.Span, commD = seal.CommD.Span, prover = seal.ProverId.Span, ticket = seal.Ticket.Span, seed = seal.Seed.Span, bytes = proof)
        {
            var response = abi.VerifySeal(
                registeredProof, commR, commD, prover, ticket, seed, seal.Sector, new Slice { Start = bytes, Length = (nuint)proof.Length });
            try
            {
                ThrowIfFailed("verify_seal", response->Head);
                return response->Value != 0;
            }
            finally
            {
                abi.DestroyVerifySeal(response);
            }
        }
    }

    public static byte[] WinningPoSt(
        FilCryptoAbi abi, int registeredProof, ReadOnlySpan<byte> randomness, ReadOnlySpan<byte> prover, IReadOnlyList<ReadOnlyMemory<byte>> vanilla)
    {
        Require32(randomness, nameof(randomness));
        Require32(prover, nameof(prover));
        using var pinned = new PinnedSlices(vanilla);
        fixed (byte* randomnessStart = randomness, proverStart = prover)
        fixed (Slice* proofs = pinned.Slices)
        {
            var response = abi.WinningPoSt(registeredProof, randomnessStart, proverStart, pinned.AsSlice(proofs));
            try
            {
                ThrowIfFailed("generate_winning_post_with_vanilla", response->Head);
                return Join(response->Value);
            }
            finally
            {
                abi.DestroyWinningPoSt(response);
            }
        }
    }

    public static byte[] WindowPoSt(
        FilCryptoAbi abi, int registeredProof, ReadOnlySpan<byte> randomness, ReadOnlySpan<byte> prover, IReadOnlyList<ReadOnlyMemory<byte>> vanilla)
    {
        Require32(randomness, nameof(randomness));
        Require32(prover, nameof(prover));
        using var pinned = new PinnedSlices(vanilla);
        fixed (byte* randomnessStart = randomness, proverStart = prover)
        fixed (Slice* proofs = pinned.Slices)
        {
            var response = abi.WindowPoSt(registeredProof, randomnessStart, proverStart, pinned.AsSlice(proofs));
            try
            {
                ThrowIfFailed("generate_window_post_with_vanilla", response->Head, response->FaultySectors);
                return Join(response->Proofs);
            }
            finally
            {
                abi.DestroyWindowPoSt(response);
            }
        }
    }

    public static byte[] SingleWindowPoSt(
        FilCryptoAbi abi, int registeredProof, ReadOnlySpan<byte> randomness, ReadOnlySpan<byte> prover,
        IReadOnlyList<ReadOnlyMemory<byte>> vanilla, int partition)
    {
        Require32(randomness, nameof(randomness));
        Require32(prover, nameof(prover));
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        using var pinned = new PinnedSlices(vanilla);
        fixed (byte* randomnessStart = randomness, proverStart = prover)
        fixed (Slice* proofs = pinned.Slices)
        {
            var response = abi.SingleWindowPoSt(registeredProof, randomnessStart, proverStart, pinned.AsSlice(proofs), (nuint)partition);
            try
            {
                ThrowIfFailed("generate_single_window_post_with_vanilla", response->Head, response->FaultySectors);
                return response->Proof.Bytes.ToArray();
            }
            finally
            {
                abi.DestroySingleWindowPoSt(response);
            }
        }
    }

    public static bool VerifyPoSt(
        FilCryptoAbi abi, bool winning, int registeredProof, ReadOnlySpan<byte> randomness, ReadOnlySpan<byte> prover,
        IReadOnlyList<FilCryptoReplica> replicas, ReadOnlySpan<byte> proof)
    {
        Require32(randomness, nameof(randomness));
        Require32(prover, nameof(prover));
        var infos = new Replica[replicas.Count];
        for (int i = 0; i < infos.Length; i++)
        {
            Require32(replicas[i].CommR.Span, nameof(replicas));
            infos[i] = new Replica { RegisteredProof = registeredProof, Sector = replicas[i].Sector };
            fixed (byte* commR = infos[i].CommR) replicas[i].CommR.Span.CopyTo(new Span<byte>(commR, Bytes32));
        }

        fixed (byte* randomnessStart = randomness, proverStart = prover, proofStart = proof)
        fixed (Replica* replicaStart = infos)
        {
            var one = new Proof { RegisteredProof = registeredProof, Bytes = new Slice { Start = proofStart, Length = (nuint)proof.Length } };
            var replicaSlice = new Slice { Start = replicaStart, Length = (nuint)infos.Length };
            var proofSlice = new Slice { Start = &one, Length = 1 };
            var response = winning
                ? abi.VerifyWinningPoSt(randomnessStart, replicaSlice, proofSlice, proverStart)
                : abi.VerifyWindowPoSt(randomnessStart, replicaSlice, proofSlice, proverStart);
            try
            {
                ThrowIfFailed(winning ? "verify_winning_post" : "verify_window_post", response->Head);
                return response->Value != 0;
            }
            finally
            {
                if (winning) abi.DestroyVerifyWinningPoSt(response);
                else abi.DestroyVerifyWindowPoSt(response);
            }
        }
    }

    private static byte[] Join(Slice proofs)
    {
        using var joined = new MemoryStream();
        foreach (ref readonly var proof in new ReadOnlySpan<Proof>(proofs.Start, checked((int)proofs.Length)))
            joined.Write(proof.Bytes.ToArray());
        return joined.ToArray();
    }

    private static void ThrowIfFailed(string function, in Head head, Slice faultySectors = default)
    {
        if (head.Status == 0) return;
        var message = Encoding.UTF8.GetString(new ReadOnlySpan<byte>(head.Message.Start, checked((int)head.Message.Length)));
        var faulty = new ReadOnlySpan<ulong>(faultySectors.Start, checked((int)faultySectors.Length)).ToArray();
        throw new FilCryptoException(function, head.Status, message, faulty);
    }

    private static void Require32(ReadOnlySpan<byte> value, string name)
    {
        if (value.Length != Bytes32) throw new ArgumentException($"Expected {Bytes32} bytes, found {value.Length}.", name);
    }

    /// <summary>Byte strings held in place, as an array of slices.</summary>
    private sealed class PinnedSlices : IDisposable
    {
        private readonly MemoryHandle[] _handles;

        public PinnedSlices(IReadOnlyList<ReadOnlyMemory<byte>> parts)
        {
            _handles = new MemoryHandle[parts.Count];
            Slices = new Slice[parts.Count];
            for (int i = 0; i < Slices.Length; i++)
            {
                _handles[i] = parts[i].Pin();
                Slices[i] = new Slice { Start = _handles[i].Pointer, Length = (nuint)parts[i].Length };
            }
        }

        public Slice[] Slices { get; }

        public Slice AsSlice(Slice* start) => new() { Start = start, Length = (nuint)Slices.Length };

        public void Dispose()
        {
            foreach (ref var handle in _handles.AsSpan()) handle.Dispose();
        }
    }
}
