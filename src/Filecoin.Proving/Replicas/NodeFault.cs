using Filecoin.Native.Fields;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Replicas;

/// <summary>Finds the node of a window that is no field element, and the file that it came from.</summary>
internal static class NodeFault
{
    /// <summary>Reads a window of nodes again.</summary>
    public delegate void ReadNodes(long first, Span<byte> nodes);

    /// <param name="error">What the arithmetic said.</param>
    /// <param name="first">First node of the window.</param>
    /// <param name="bytes">Bytes of the window.</param>
    /// <param name="sources">The files that the window was read from.</param>
    public static Exception Find(NonCanonicalFieldElementException error, long first, int bytes, params ReadOnlySpan<(string? Path, ReadNodes Read)> sources)
    {
        var nodes = new byte[bytes];
        foreach (var (path, read) in sources)
        {
            if (path is null) continue;
            read(first, nodes);
            for (var offset = 0; offset < bytes; offset += Fr.Size)
            {
                var node = nodes.AsSpan(offset, Fr.Size);
                if (Fr.TryRead(node, out _)) continue;
                return new SectorFileException(SectorFileFault.Content, path, first * Fr.Size + offset,
                    "a canonical field element", Convert.ToHexStringLower(node), error);
            }
        }

        return error;
    }
}
