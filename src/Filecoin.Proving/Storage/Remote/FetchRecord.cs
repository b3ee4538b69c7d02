using System.Net.Http.Headers;
using System.Text.Json;

namespace Filecoin.Proving.Storage.Remote;

/// <summary>How far a transfer has come, beside its temporary file: what is on the disk for sure, and of which state of the file it is.</summary>
/// <param name="Tag">The entity tag in quotes, or the time of the last change as HTTP writes it.</param>
/// <param name="Length">Bytes of the whole file.</param>
/// <param name="Safe">Bytes that are on the disk.</param>
internal sealed record FetchRecord(string Tag, long Length, long Safe)
{
    private const int MaxBytes = 4096;

    /// <summary>Reads a record; null when there is none that can be used.</summary>
    public static FetchRecord? Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= MaxBytes } && JsonSerializer.Deserialize(File.ReadAllBytes(path), RemoteJsonContext.Default.FetchRecord) is { } record
                && RangeConditionHeaderValue.TryParse(record.Tag, out _) && record.Length >= 0 && record.Safe >= 0 && record.Safe <= record.Length ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it whole.</summary>
    public void Write(string path) => PendingFile.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, RemoteJsonContext.Default.FetchRecord));
}
