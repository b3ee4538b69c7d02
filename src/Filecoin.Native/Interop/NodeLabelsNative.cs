using System.Runtime.InteropServices;

namespace Filecoin.Native.Interop;

/// <summary>kernels/labels.c. Callers check shapes and parent indexes; these methods may be called where <see cref="Kernels.IsNative"/> holds.</summary>
internal static unsafe partial class NodeLabelsNative
{
    private const int MaxLanes = 3;

    /// <summary>Whether this process has a path.</summary>
    internal static bool HasPath(NodeLabelsPath path) => Kernels.IsNative && HasPath((uint)path) != 0;

    internal static void EncodeLayer(
        NodeLabelsPath path,
        ReadOnlySpan<byte> replicaIds,
        uint layer,
        ulong firstNode,
        int count,
        ReadOnlySpan<uint> parents,
        ReadOnlySpan<MemoryRegion> current,
        ReadOnlySpan<MemoryRegion> previous)
    {
        var batch = new Layer
        {
            Lanes = (uint)current.Length,
            Number = layer,
            FirstNode = firstNode,
            Count = (ulong)count,
        };
        for (var lane = 0; lane < current.Length; lane++)
        {
            batch.Current[lane] = (ulong)current[lane].WritablePointer(0, current[lane].Length);
            if (!previous.IsEmpty)
                batch.Previous[lane] = (ulong)previous[lane].Pointer(0, previous[lane].Length);
        }

        fixed (uint* p = parents)
        fixed (byte* r = replicaIds)
        {
            batch.Parents = p;
            batch.ReplicaIds = r;
            EncodeLayer(&batch, (uint)path);
        }

        foreach (var region in current)
            GC.KeepAlive(region);
        foreach (var region in previous)
            GC.KeepAlive(region);
    }

    internal static void Compute(ReadOnlySpan<byte> replicaId, uint layer, ulong node, ReadOnlySpan<byte> parents, Span<byte> label)
    {
        fixed (byte* r = replicaId)
        fixed (byte* p = parents)
        fixed (byte* l = label)
            Compute(r, layer, node, p, (nuint)parents.Length / 32, l);
    }

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_labels_layer")]
    private static partial void EncodeLayer(Layer* layer, uint path);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_labels_has_path")]
    private static partial uint HasPath(uint path);

    [LibraryImport(KernelLibrary.Name, EntryPoint = "fil_labels_node")]
    private static partial void Compute(byte* replicaId, uint layer, ulong node, byte* parents, nuint count, byte* label);

    /// <summary>fil_layer of kernels/labels.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Layer
    {
        public uint Lanes;
        public uint Number;
        public ulong FirstNode;
        public ulong Count;
        public uint* Parents;
        public byte* ReplicaIds;
        public fixed ulong Current[MaxLanes];
        public fixed ulong Previous[MaxLanes];
    }
}

/// <summary>Ways through kernels/labels.c.</summary>
internal enum NodeLabelsPath
{
    /// <summary>The best that the processor has.</summary>
    Best = 0,

    /// <summary>No extensions.</summary>
    Portable,

    /// <summary>Rounds and schedules on the SHA extensions.</summary>
    ShaNi,

    /// <summary>Rounds on the SHA extensions, schedules of several sectors on AVX-512. Right everywhere, fast where mixing the two is free.</summary>
    ShaNiAvx512,
}
