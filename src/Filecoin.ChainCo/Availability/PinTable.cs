namespace Filecoin.ChainCo.Availability;

/// <summary>
/// Pins in memory. Of the kinds that grow with the chain only the newest <see cref="MaxEntries"/> are kept, and the oldest go first: a block of that age
/// can no longer be published, and a message of that age no longer be in doubt.
/// </summary>
internal sealed class PinTable
{
    /// <summary>Most pins kept of the kinds that grow, all together.</summary>
    public const int MaxEntries = 200_000;

    private readonly Dictionary<(string Kind, string Key), string> _pins = [];
    private readonly Queue<(string Kind, string Key)> _growing = new();

    /// <summary>How many pins there are.</summary>
    public int Count => _pins.Count;

    /// <summary>All pins; those of growing kinds in the order in which they were claimed.</summary>
    public IEnumerable<(string Kind, string Key, string Value)> All() =>
        _pins.Where(pin => !Grows(pin.Key.Kind)).Select(pin => (pin.Key.Kind, pin.Key.Key, pin.Value))
            .Concat(_growing.Select(key => (key.Kind, key.Key, _pins[key])));

    public string? Find(string kind, string key) => _pins.GetValueOrDefault((kind, key));

    public void Set(string kind, string key, string value)
    {
        bool isNew = !_pins.ContainsKey((kind, key));
        _pins[(kind, key)] = value;
        if (!isNew || !Grows(kind))
            return;
        _growing.Enqueue((kind, key));
        if (_growing.Count > MaxEntries)
            _pins.Remove(_growing.Dequeue());
    }

    private static bool Grows(string kind) => kind is PinKind.Block or PinKind.Parents or PinKind.Message;
}
