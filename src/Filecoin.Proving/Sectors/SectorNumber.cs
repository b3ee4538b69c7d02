using System.Globalization;

namespace Filecoin.Proving.Sectors;

/// <summary>The number of a sector within its miner.</summary>
public readonly record struct SectorNumber(ulong Value) : IComparable<SectorNumber>
{
    /// <inheritdoc/>
    public int CompareTo(SectorNumber other) => Value.CompareTo(other.Value);

    /// <summary>Decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A sector's name on the network: its miner's actor id and its number.</summary>
public readonly record struct SectorId(ulong Miner, SectorNumber Number)
{
    /// <summary>The name of the sector's files, <c>s-t0&lt;miner&gt;-&lt;number&gt;</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"s-t0{Miner}-{Number.Value}");

    /// <summary>Reads <c>s-t0&lt;miner&gt;-&lt;number&gt;</c>.</summary>
    /// <exception cref="FormatException">Another form.</exception>
    public static SectorId Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var dash = name.LastIndexOf('-');
        if (name.StartsWith("s-t0", StringComparison.Ordinal) && dash > 4
            && ulong.TryParse(name.AsSpan(4, dash - 4), NumberStyles.None, CultureInfo.InvariantCulture, out var miner)
            && ulong.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && new SectorId(miner, new SectorNumber(number)) is var id && id.ToString() == name)
            return id;
        throw new FormatException($"Expected a sector's file name 's-t0<miner>-<number>', found '{name}'.");
    }
}
