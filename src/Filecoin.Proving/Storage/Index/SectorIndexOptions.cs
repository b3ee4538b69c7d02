namespace Filecoin.Proving.Storage.Index;

/// <summary>How the sector index judges and leases.</summary>
public sealed record SectorIndexOptions
{
    /// <summary>Most sectors of one page of a listing.</summary>
    public const int MaxPage = 10_000;

    /// <summary>
    /// A storage path or URL that was not heard of for so long is in no answer. Three times the heartbeat of <c>LocalStorage</c> and a little; give Lotus
    /// workers, which report every 10 s, 50 s.
    /// </summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a lock outlives its holder. It is renewed three times within this time.</summary>
    public TimeSpan LockLease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a lock that is waited for is tried, at the least.</summary>
    public TimeSpan LockPoll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public void Validate()
    {
        Between(StaleAfter, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), nameof(StaleAfter));
        Between(LockLease, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), nameof(LockLease));
        Between(LockPoll, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), nameof(LockPoll));
    }

    private static void Between(TimeSpan value, TimeSpan least, TimeSpan most, string name)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(name, value, $"expected {least} to {most}");
    }
}
