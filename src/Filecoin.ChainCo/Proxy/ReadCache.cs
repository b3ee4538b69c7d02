namespace Filecoin.ChainCo.Proxy;

/// <summary>Answers that never change, bounded by bytes; the least recently used go first. Safe for concurrent use.</summary>
internal sealed class ReadCache(long capacity)
{
    /// <summary>What an entry costs beside its bytes.</summary>
    private const int Overhead = 200;

    private readonly Dictionary<Key, LinkedListNode<(Key Key, ReadOnlyMemory<byte> Result)>> _entries = [];
    private readonly LinkedList<(Key Key, ReadOnlyMemory<byte> Result)> _order = new();
    private readonly Lock _lock = new();

    public long Bytes { get; private set; }

    public long Hits { get; private set; }

    public bool TryGet(ApiVersion version, string method, ReadOnlyMemory<byte> parameters, out ReadOnlyMemory<byte> result)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(new Key(version, method, parameters), out LinkedListNode<(Key Key, ReadOnlyMemory<byte> Result)>? node))
            {
                _order.Remove(node);
                _order.AddFirst(node);
                Hits++;
                result = node.Value.Result;
                return true;
            }
        }

        result = default;
        return false;
    }

    public void Add(ApiVersion version, string method, ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> result)
    {
        int size = parameters.Length + result.Length + Overhead;
        // What is not there today may be there tomorrow, and one large answer must not push out everything.
        if (size > capacity / 16 || result.Span.SequenceEqual("null"u8) || result.Span.SequenceEqual("false"u8))
            return;
        // The result is a slice of a larger answer.
        var key = new Key(version, method, parameters.ToArray());
        result = result.ToArray();
        lock (_lock)
        {
            if (_entries.ContainsKey(key))
                return;
            _entries[key] = _order.AddFirst((key, result));
            Bytes += size;
            while (Bytes > capacity)
            {
                (Key Key, ReadOnlyMemory<byte> Result) oldest = _order.Last!.Value;
                _order.RemoveLast();
                _entries.Remove(oldest.Key);
                Bytes -= oldest.Key.Parameters.Length + oldest.Result.Length + Overhead;
            }
        }
    }

    private readonly record struct Key(ApiVersion Version, string Method, ReadOnlyMemory<byte> Parameters)
    {
        public bool Equals(Key other) => Version == other.Version && Method == other.Method && Parameters.Span.SequenceEqual(other.Parameters.Span);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(Version);
            hash.Add(Method);
            hash.AddBytes(Parameters.Span);
            return hash.ToHashCode();
        }
    }
}
