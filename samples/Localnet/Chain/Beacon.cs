using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Filecoin.ChainCo.Chain;
using Filecoin.Samples.Localnet.Wallet;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>
/// The network's beacon, shaped as an unchained drand beacon: a round an epoch, its data the signature of SHA-256 of the round's number. Since its key
/// comes from the network's seed, every round is known to everybody from the start.
/// </summary>
internal sealed class Beacon : IDisposable
{
    private const int MaxRounds = 100;
    private readonly SecretKey _key;
    private readonly ConcurrentDictionary<ulong, BeaconEntry> _entries = new();

    public Beacon(string seed) => _key = SecretKey.Derive(seed, "beacon");

    /// <summary>The entry of an epoch.</summary>
    public BeaconEntry At(ChainEpoch epoch) => _entries.GetOrAdd((ulong)Math.Max(0, epoch.Value), round =>
    {
        byte[] number = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, round);
        return new BeaconEntry(round, _key.Sign(SHA256.HashData(number)));
    });

    /// <summary>The entries that a block of an epoch carries: the rounds since its parents, the newest of them after a long silence.</summary>
    public IReadOnlyList<BeaconEntry> Between(ChainEpoch parent, ChainEpoch epoch)
    {
        var entries = new List<BeaconEntry>();
        for (ChainEpoch at = Math.Max(parent.Value + 1, epoch.Value - MaxRounds + 1); at <= epoch; at += 1)
            entries.Add(At(at));
        return entries;
    }

    public void Dispose() => _key.Dispose();
}
