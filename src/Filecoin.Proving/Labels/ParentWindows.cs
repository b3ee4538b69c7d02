using Filecoin.Native.Hashing;
using Filecoin.Proving.Graph;

namespace Filecoin.Proving.Labels;

/// <summary>The parents of consecutive nodes, a window at a time; the next window is read while the caller works on the last one.</summary>
internal sealed class ParentWindows(IParentSource source, int window, bool readAhead, long end)
{
    private uint[] _current = new uint[window * NodeLabels.Parents];
    private uint[] _next = readAhead ? new uint[window * NodeLabels.Parents] : [];
    private Task? _reading;
    private long _first;

    /// <summary>The next window, valid until the next call; empty at the end.</summary>
    /// <param name="first">Its first node.</param>
    public ReadOnlySpan<uint> Next(out long first)
    {
        first = _first;
        var count = Count(first);
        if (count == 0) return [];
        if (_reading is null)
        {
            Read(first, _current);
        }
        else
        {
            _reading.GetAwaiter().GetResult();
            (_current, _next) = (_next, _current);
        }

        _first = first + count;
        _reading = readAhead && Count(_first) > 0 ? Task.Run(() => Read(_first, _next)) : null;
        return _current.AsSpan(0, count * NodeLabels.Parents);
    }

    /// <summary>Waits for the reading thread to let go of the buffers and of the source.</summary>
    public void Stop()
    {
        try
        {
            _reading?.GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            // The caller ends for another reason; this read was ahead of need.
        }
    }

    private int Count(long first) => (int)Math.Min(window, end - first);

    private void Read(long first, uint[] parents) => source.ReadWindow((uint)first, Count(first), parents.AsSpan(0, Count(first) * NodeLabels.Parents));
}
