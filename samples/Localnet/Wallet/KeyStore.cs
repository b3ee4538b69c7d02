using System.Collections.Concurrent;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Storage;

namespace Filecoin.Samples.Localnet.Wallet;

/// <summary>The keys that a node signs with: those of the network's accounts, and those made or imported, kept in a directory where there is one.</summary>
internal sealed class KeyStore : IDisposable
{
    private readonly ConcurrentDictionary<Address, SecretKey> _keys = new();
    private readonly HashSet<Address> _shared = [];
    private readonly List<Address> _order = [];
    private readonly string? _directory;
    private readonly Lock _lock = new();

    /// <summary>A store with keys that belong to the caller.</summary>
    public KeyStore(IEnumerable<SecretKey> shared, string? dataDirectory)
    {
        foreach (SecretKey key in shared)
        {
            _shared.Add(key.Address);
            Keep(key);
        }

        if (dataDirectory is null)
            return;
        _directory = Path.Combine(dataDirectory, "keys");
        Directory.CreateDirectory(_directory);
        foreach (string file in Directory.EnumerateFiles(_directory, "*.key").Order(StringComparer.Ordinal))
            Keep(SecretKey.Read(Convert.FromHexString(File.ReadAllText(file).Trim())));
    }

    /// <summary>The accounts, in the order in which they came.</summary>
    public IReadOnlyList<Address> List()
    {
        lock (_lock)
            return [.. _order];
    }

    /// <summary>The key of a key address, or null.</summary>
    public SecretKey? Find(Address key) => _keys.GetValueOrDefault(key);

    /// <summary>Takes a key in.</summary>
    public Address Add(SecretKey key)
    {
        if (_keys.ContainsKey(key.Address))
            return key.Address;
        if (_directory is not null)
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            string name = Path.Combine(_directory, $"{key.Address}.key");
            using (var writer = new StreamWriter(name + PendingFile.TemporarySuffix, options))
                writer.Write(Convert.ToHexStringLower(key.Export()));
            File.Move(name + PendingFile.TemporarySuffix, name, overwrite: true);
        }

        Keep(key);
        return key.Address;
    }

    public void Dispose()
    {
        foreach ((Address address, SecretKey key) in _keys)
        {
            if (!_shared.Contains(address))
                key.Dispose();
        }
    }

    private void Keep(SecretKey key)
    {
        lock (_lock)
        {
            if (_keys.TryAdd(key.Address, key))
                _order.Add(key.Address);
        }
    }
}
