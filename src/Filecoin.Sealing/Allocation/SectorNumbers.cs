using System.Globalization;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Database;

namespace Filecoin.Sealing.Allocation;

/// <summary>No number is left.</summary>
/// <param name="message">What was expected and found.</param>
public sealed class SectorNumberException(string message) : Exception(message);

/// <summary>
/// Gives out sector numbers, each once. The next number of a miner is a row of the database, so hubs that share it never give out the same; the
/// chain's own set keeps away from numbers that other programs used. A number is spent when its transaction commits, whatever becomes of the sector.
/// </summary>
public static class SectorNumbers
{
    /// <summary>Numbers are below this (builtin-actors, <c>MAX_SECTOR_NUMBER</c>).</summary>
    public const ulong Limit = long.MaxValue;

    /// <summary>Reserves numbers within the caller's transaction, ascending. The miner's row is locked until it ends.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="miner">The miner's actor number.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="allocated">What the chain has seen (StateMinerAllocated), at the head.</param>
    /// <param name="first">The first number that may be given out at all.</param>
    /// <exception cref="SectorNumberException">Fewer are left.</exception>
    public static async Task<IReadOnlyList<ulong>> ReserveAsync(SqlSession session, ulong miner, int count, Bitfield allocated, ulong first = 0)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(allocated);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        await session.ExecuteAsync(
            "INSERT INTO seal_miners (miner, next_number) VALUES (@miner, @first) ON CONFLICT (miner) DO NOTHING",
            new { miner = (long)miner, first = (long)Math.Min(first, Limit) }).ConfigureAwait(false);
        ulong next = (ulong)await session.ScalarAsync<long>(
            $"SELECT next_number FROM seal_miners WHERE miner = @miner {session.Dialect.ForUpdate}", new { miner = (long)miner }).ConfigureAwait(false);
        ulong[] numbers = Free(Math.Max(next, first), count, allocated);
        await session.ExecuteAsync(
            "UPDATE seal_miners SET next_number = @next WHERE miner = @miner", new { next = (long)(numbers[^1] + 1), miner = (long)miner }).ConfigureAwait(false);
        return numbers;
    }

    /// <summary>The first numbers from one on that are not allocated. Walks runs, not numbers: a chain's set may be huge.</summary>
    internal static ulong[] Free(ulong from, int count, Bitfield allocated)
    {
        ulong[] numbers = new ulong[count];
        int found = 0;
        ulong at = from;
        foreach (BitRange taken in allocated.Ranges)
        {
            while (found < count && at < taken.Start && at < Limit)
                numbers[found++] = at++;
            if (found == count)
                break;
            at = Math.Max(at, taken.End);
        }

        while (found < count && at < Limit)
            numbers[found++] = at++;
        return found == count ? numbers
            : throw new SectorNumberException(string.Create(CultureInfo.InvariantCulture, $"expected {count} free sector numbers from {from} on, found {found}"));
    }
}
