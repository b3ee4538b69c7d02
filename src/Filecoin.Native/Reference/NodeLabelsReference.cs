using System.Buffers.Binary;
using System.Security.Cryptography;
using Filecoin.Native.Hashing;
using Filecoin.Native.Interop;

namespace Filecoin.Native.Reference;

/// <summary>
/// Labels as their definition reads: the message is laid out in full and hashed by the platform's SHA-256.
/// </summary>
internal static class NodeLabelsReference
{
    private const int PrefixSize = 64;
    private const int RepeatedParents = 37;
    private const int MessageSize = PrefixSize + (RepeatedParents * NodeLabels.LabelSize);

    /// <summary>One label from its parents' labels laid end to end: none (node 0), six (layer 1) or fourteen.</summary>
    internal static void Compute(ReadOnlySpan<byte> replicaId, uint layer, ulong node, ReadOnlySpan<byte> parents, Span<byte> label)
    {
        Span<byte> message = stackalloc byte[MessageSize];
        WritePrefix(message, replicaId, layer, node);
        if (parents.IsEmpty)
        {
            Finish(message[..PrefixSize], label);
            return;
        }

        var filled = message[PrefixSize..];
        while (!filled.IsEmpty)
        {
            var part = parents[..Math.Min(parents.Length, filled.Length)];
            part.CopyTo(filled);
            filled = filled[part.Length..];
        }

        Finish(message, label);
    }

    internal static void EncodeLayer(
        ReadOnlySpan<byte> replicaId, uint layer, ulong firstNode, int count, ReadOnlySpan<uint> parents, MemoryRegion current, MemoryRegion? previous)
    {
        const int Size = NodeLabels.LabelSize;
        Span<byte> gathered = stackalloc byte[NodeLabels.Parents * Size];
        for (var i = 0; i < count; i++)
        {
            var node = firstNode + (ulong)i;
            var label = current.Span((long)node * Size, Size);
            if (node == 0)
            {
                Compute(replicaId, layer, 0, [], label);
                continue;
            }

            var of = parents.Slice(i * NodeLabels.Parents, NodeLabels.Parents);
            var used = previous is null ? NodeLabels.BaseParents : NodeLabels.Parents;
            for (var p = 0; p < used; p++)
            {
                var from = p < NodeLabels.BaseParents ? current : previous!;
                from.ReadOnlySpan((long)of[p] * Size, Size).CopyTo(gathered[(p * Size)..]);
            }

            Compute(replicaId, layer, node, gathered[..(used * Size)], label);
        }
    }

    private static void WritePrefix(Span<byte> message, ReadOnlySpan<byte> replicaId, uint layer, ulong node)
    {
        replicaId.CopyTo(message);
        BinaryPrimitives.WriteUInt32BigEndian(message[32..], layer);
        BinaryPrimitives.WriteUInt64BigEndian(message[36..], node);
        message[44..PrefixSize].Clear();
    }

    private static void Finish(ReadOnlySpan<byte> message, Span<byte> label)
    {
        SHA256.HashData(message, label);
        label[NodeLabels.LabelSize - 1] &= 0x3f;
    }
}
