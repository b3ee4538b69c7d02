using System.Text.Json.Serialization;

namespace Filecoin.Proving.Storage.Index;

/// <summary>
/// The id of a storage path, a UUID as Lotus makes them. One id is one file system, whichever machines reach it. It appears in URLs and in
/// lists separated by dots, so only ASCII letters, digits, <c>-</c> and <c>_</c> are read.
/// </summary>
[JsonConverter(typeof(StorageIdJsonConverter))]
public readonly record struct StorageId : IComparable<StorageId>
{
    /// <summary>Longest id, in characters.</summary>
    public const int MaxLength = 128;

    private readonly string? _value;

    private StorageId(string value) => _value = value;

    /// <summary>The text.</summary>
    public string Value => _value ?? "";

    /// <summary>A fresh id.</summary>
    public static StorageId Create() => new(Guid.NewGuid().ToString());

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">Empty, too long, or with other characters.</exception>
    public static StorageId Parse(string text) =>
        TryParse(text, out StorageId id) ? id : throw new FormatException($"Expected a storage id of 1 to {MaxLength} letters, digits, '-' and '_', found '{Excerpt(text)}'.");

    /// <summary>Reads an id, or false.</summary>
    public static bool TryParse(string? text, out StorageId id)
    {
        bool valid = text is { Length: > 0 and <= MaxLength } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        id = valid ? new StorageId(text!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public int CompareTo(StorageId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static string Excerpt(string? text) => text is null ? "null" : text.Length <= 64 ? text : text[..64] + "…";
}
