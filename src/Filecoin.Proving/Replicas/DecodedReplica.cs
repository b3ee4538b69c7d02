using System.Buffers;
using Filecoin.Native.Fields;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Replicas;

/// <summary>Windows of decoded data; written to a file on the way where there is one.</summary>
internal sealed class DecodedReplica(SectorData replica, ReplicaKey key) : ILeafProvider
{
    /// <summary>Where decoded windows go, or null.</summary>
    public PendingFile? Output { get; init; }

    public void Fill(long first, Span<byte> leaves)
    {
        replica.Fill(first, leaves);
        var buffer = ArrayPool<byte>.Shared.Rent(leaves.Length);
        try
        {
            var labels = buffer.AsSpan(0, leaves.Length);
            key.Read(first, labels);
            FrBatch.SubtractNodes(leaves, labels, leaves);
        }
        catch (NonCanonicalFieldElementException error)
        {
            throw NodeFault.Find(error, first, leaves.Length, (replica.Path, replica.Fill), (key.Path, key.Read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Output?.Write(leaves, first * TreeRows.NodeSize);
    }
}
