using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filecoin.ChainCo.Chain;

/// <summary>
/// Blocks of one epoch on the same parents, ordered by BLAKE2b-256 of the ticket's VRF proof and then by CID. Immutable.
/// The key is computed from the headers' bytes, so a tipset that was read cannot carry a name that is not its own.
/// </summary>
[JsonConverter(typeof(TipSetJsonConverter))]
public sealed class TipSet : IEquatable<TipSet>
{
    private TipSet(BlockHeader[] blocks)
    {
        Blocks = blocks;
        Key = new TipSetKey(blocks.Select(block => block.Cid));
        Parents = new TipSetKey(blocks[0].Parents);
    }

    /// <summary>The blocks in order, at least one.</summary>
    public IReadOnlyList<BlockHeader> Blocks { get; }

    /// <summary>The blocks' CIDs in order.</summary>
    public TipSetKey Key { get; }

    /// <summary>The parent tipset's key; empty for genesis.</summary>
    public TipSetKey Parents { get; }

    /// <summary>The epoch.</summary>
    public ChainEpoch Height => Blocks[0].Height;

    /// <summary>The weight of the parent tipset.</summary>
    public TokenAmount ParentWeight => Blocks[0].ParentWeight;

    /// <summary>The ticket of the first block, the smallest of the tipset.</summary>
    public Ticket MinTicket => Blocks[0].Ticket!;

    /// <summary>The sum of all win counts, what the tipset adds to the chain's weight.</summary>
    public long WinCount => Blocks.Sum(block => block.ElectionProof?.WinCount ?? 0);

    /// <summary>The earliest timestamp of the blocks.</summary>
    public ulong MinTimestamp => Blocks.Min(block => block.Timestamp);

    /// <summary>Orders the blocks and checks that they stand together.</summary>
    /// <exception cref="TipSetException">No blocks, too many, a block twice, no ticket, or blocks that differ in height, parents or parent weight.</exception>
    public static TipSet Create(IEnumerable<BlockHeader> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        BlockHeader[] all = [.. blocks];
        if (all.Length is 0 or > TipSetKey.MaxBlocks)
            throw new TipSetException($"tipset: expected 1 to {TipSetKey.MaxBlocks} blocks, found {all.Length}");
        foreach (BlockHeader block in all)
        {
            if (block is null || block.Ticket is null)
                throw new TipSetException("tipset: a block without a ticket");
            if (block.Height != all[0].Height)
                throw new TipSetException($"tipset: blocks at heights {all[0].Height} and {block.Height}");
            if (!block.Parents.SequenceEqual(all[0].Parents))
                throw new TipSetException($"tipset: blocks at height {block.Height} with different parents");
            if (block.ParentWeight != all[0].ParentWeight)
                throw new TipSetException($"tipset: blocks at height {block.Height} with parent weights {all[0].ParentWeight} and {block.ParentWeight}");
        }

        Array.Sort(all.Select(block => new SortKey(block.Ticket!.Digest(), block.Cid)).ToArray(), all);
        for (int i = 1; i < all.Length; i++)
        {
            if (all[i].Cid == all[i - 1].Cid)
                throw new TipSetException($"tipset: block {all[i].Cid} twice");
        }

        return new TipSet(all);
    }

    /// <summary>True when the parents are <paramref name="other"/>'s blocks.</summary>
    public bool IsChildOf(TipSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Parents.Equals(other.Key);
    }

    /// <inheritdoc/>
    public bool Equals(TipSet? other) => other is not null && Key.Equals(other.Key);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TipSet);

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode();

    /// <summary>Height and key.</summary>
    public override string ToString() => $"{Height}{Key}";

    private readonly record struct SortKey(byte[] TicketDigest, Cid Cid) : IComparable<SortKey>
    {
        public int CompareTo(SortKey other)
        {
            int order = TicketDigest.AsSpan().SequenceCompareTo(other.TicketDigest);
            return order != 0 ? order : Cid.CompareTo(other.Cid);
        }
    }
}

/// <summary>
/// Tipsets in JSON as <c>{"Cids":[…],"Blocks":[…],"Height":n}</c>. Reading computes the key and refuses a tipset whose Cids or Height disagree with its blocks.
/// </summary>
public sealed class TipSetJsonConverter : JsonConverter<TipSet>
{
    /// <inheritdoc/>
    public override TipSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        TipSetJson parts = JsonSerializer.Deserialize(ref reader, TipSetJsonContext.Default.TipSetJson) ?? throw new JsonException("tipset: expected an object");
        TipSet tipset;
        try
        {
            tipset = TipSet.Create(parts.Blocks ?? []);
        }
        catch (ChainFormatException e)
        {
            throw new JsonException(e.Message, e);
        }

        if (!tipset.Key.Equals(parts.Cids))
            throw new JsonException($"tipset: Cids are {parts.Cids}, the blocks hash to {tipset.Key}");
        return tipset.Height == parts.Height
            ? tipset : throw new JsonException($"tipset: Height is {parts.Height}, the blocks say {tipset.Height}");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TipSet value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        JsonSerializer.Serialize(writer, new TipSetJson(value.Key, value.Blocks, value.Height), TipSetJsonContext.Default.TipSetJson);
    }
}

/// <summary>The three members of a tipset in JSON.</summary>
internal sealed record TipSetJson(TipSetKey Cids, IReadOnlyList<BlockHeader>? Blocks, ChainEpoch Height);
