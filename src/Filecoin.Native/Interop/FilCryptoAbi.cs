using System.Runtime.InteropServices;

namespace Filecoin.Native.Interop;

/// <summary>
/// The C interface of <c>libfilcrypto</c> as far as we call it: structures and entry points of filecoin-ffi's generated
/// <c>filcrypto.h</c> (<c>rust/src/proofs/api.rs</c>, <c>types.rs</c>, <c>util/types.rs</c>).
/// </summary>
internal sealed unsafe class FilCryptoAbi : IDisposable
{
    private nint _library;

    public readonly delegate* unmanaged<Slice, ulong, byte*, SliceResponse*> SealCommitPhase2;
    public readonly delegate* unmanaged<SliceResponse*, void> DestroySealCommitPhase2;
    public readonly delegate* unmanaged<int, byte*, byte*, byte*, byte*, byte*, ulong, Slice, FlagResponse*> VerifySeal;
    public readonly delegate* unmanaged<FlagResponse*, void> DestroyVerifySeal;
    public readonly delegate* unmanaged<int, byte*, byte*, Slice, SliceResponse*> WinningPoSt;
    public readonly delegate* unmanaged<SliceResponse*, void> DestroyWinningPoSt;
    public readonly delegate* unmanaged<int, byte*, byte*, Slice, WindowResponse*> WindowPoSt;
    public readonly delegate* unmanaged<WindowResponse*, void> DestroyWindowPoSt;
    public readonly delegate* unmanaged<int, byte*, byte*, Slice, nuint, SingleWindowResponse*> SingleWindowPoSt;
    public readonly delegate* unmanaged<SingleWindowResponse*, void> DestroySingleWindowPoSt;
    public readonly delegate* unmanaged<byte*, Slice, Slice, byte*, FlagResponse*> VerifyWinningPoSt;
    public readonly delegate* unmanaged<FlagResponse*, void> DestroyVerifyWinningPoSt;
    public readonly delegate* unmanaged<byte*, Slice, Slice, byte*, FlagResponse*> VerifyWindowPoSt;
    public readonly delegate* unmanaged<FlagResponse*, void> DestroyVerifyWindowPoSt;

    public FilCryptoAbi(string path)
    {
        _library = NativeLibrary.Load(path);
        try
        {
            SealCommitPhase2 = (delegate* unmanaged<Slice, ulong, byte*, SliceResponse*>)Export("seal_commit_phase2");
            DestroySealCommitPhase2 = (delegate* unmanaged<SliceResponse*, void>)Export("destroy_seal_commit_phase2_response");
            VerifySeal = (delegate* unmanaged<int, byte*, byte*, byte*, byte*, byte*, ulong, Slice, FlagResponse*>)Export("verify_seal");
            DestroyVerifySeal = (delegate* unmanaged<FlagResponse*, void>)Export("destroy_verify_seal_response");
            WinningPoSt = (delegate* unmanaged<int, byte*, byte*, Slice, SliceResponse*>)Export("generate_winning_post_with_vanilla");
            DestroyWinningPoSt = (delegate* unmanaged<SliceResponse*, void>)Export("destroy_generate_winning_post_response");
            WindowPoSt = (delegate* unmanaged<int, byte*, byte*, Slice, WindowResponse*>)Export("generate_window_post_with_vanilla");
            DestroyWindowPoSt = (delegate* unmanaged<WindowResponse*, void>)Export("destroy_generate_window_post_response");
            SingleWindowPoSt = (delegate* unmanaged<int, byte*, byte*, Slice, nuint, SingleWindowResponse*>)Export("generate_single_window_post_with_vanilla");
            DestroySingleWindowPoSt = (delegate* unmanaged<SingleWindowResponse*, void>)Export("destroy_generate_single_window_post_with_vanilla_response");
            VerifyWinningPoSt = (delegate* unmanaged<byte*, Slice, Slice, byte*, FlagResponse*>)Export("verify_winning_post");
            DestroyVerifyWinningPoSt = (delegate* unmanaged<FlagResponse*, void>)Export("destroy_verify_winning_post_response");
            VerifyWindowPoSt = (delegate* unmanaged<byte*, Slice, Slice, byte*, FlagResponse*>)Export("verify_window_post");
            DestroyVerifyWindowPoSt = (delegate* unmanaged<FlagResponse*, void>)Export("destroy_verify_window_post_response");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_library != 0) NativeLibrary.Free(_library);
        _library = 0;
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    /// <summary>A slice of anything: <c>c_slice::Ref</c> and <c>c_slice::Box</c> alike.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Slice
    {
        public void* Start;
        public nuint Length;

        public readonly byte[] ToArray() => new ReadOnlySpan<byte>(Start, checked((int)Length)).ToArray();
    }

    /// <summary>What every response begins with: a status, 0 for success, and a message.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Head
    {
        public int Status;
        public Slice Message;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SliceResponse
    {
        public Head Head;
        public Slice Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct FlagResponse
    {
        public Head Head;
        public byte Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct WindowResponse
    {
        public Head Head;
        public Slice Proofs;
        public Slice FaultySectors;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SingleWindowResponse
    {
        public Head Head;
        public Proof Proof;
        public Slice FaultySectors;
    }

    /// <summary>A PoSt or a partition of one.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Proof
    {
        public int RegisteredProof;
        public Slice Bytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Replica
    {
        public int RegisteredProof;
        public fixed byte CommR[32];
        public ulong Sector;
    }
}
