using System.Text.Json;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Sealing.Tasks;

/// <summary>
/// <c>seal.json</c> in a sector's cache directory: whose files these are, and the commitments known so far. It is there before any
/// other file, so files of another sector or ticket are never taken for this one's. The official programs do not look at it.
/// </summary>
public sealed class SealRecord
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "seal.json";

    private readonly string _path;
    private SealRecordDocument _document;

    private SealRecord(string path, SealRecordDocument document)
    {
        _path = path;
        _document = document;
    }

    /// <summary>Root of TreeC, once it is built.</summary>
    public Commitment? CommC => Parse(_document.CommC);

    /// <summary>Root of TreeR, once the replica is encoded.</summary>
    public Commitment? CommRLast => Parse(_document.CommRLast);

    /// <summary>Whether layers, TreeC and TreeD are removed, or their removal has begun.</summary>
    public bool IsFinalized => _document.Finalized;

    /// <summary>Opens a job's record, or begins it.</summary>
    /// <exception cref="SectorFileException">
    /// The directory holds the record of another job, a malformed one, or a sector that another program has sealed.
    /// </exception>
    public static SealRecord Open(SealJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        Directory.CreateDirectory(job.Paths.Cache);
        var path = Path.Combine(job.Paths.Cache, FileName);
        var wanted = SealRecordDocument.For(job);
        if (Load(path) is { } found)
        {
            if (wanted.Difference(found) is { } difference)
                throw new SectorFileException(SectorFileFault.OtherSector, path, null, difference.Expected, difference.Found);
            return new SealRecord(path, found);
        }

        var record = new SealRecord(path, wanted);
        RefuseForeign(job);
        record.Save();
        return record;
    }

    internal void Set(Commitment? commC = null, Commitment? commRLast = null, bool? finalized = null)
    {
        _document = _document with
        {
            CommC = commC?.ToString() ?? _document.CommC,
            CommRLast = commRLast?.ToString() ?? _document.CommRLast,
            Finalized = finalized ?? _document.Finalized,
        };
        Save();
    }

    private static SealRecordDocument? Load(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, SealRecordJson.Default.SealRecordDocument)?.Validated()
                ?? throw new FormatException("null");
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            throw new SectorFileException(SectorFileFault.Content, path, null, "the record of a sealing job", error.Message, error);
        }
    }

    /// <summary>
    /// Without a record, a directory may hold data and layers of a phase 1 that another program ran: they are checked before use.
    /// Trees without p_aux are half of a phase 2 and go. With p_aux the sector is sealed, and not ours to touch.
    /// </summary>
    private static void RefuseForeign(SealJob job)
    {
        var aux = SealFiles.PersistentAux(job).Path;
        if (File.Exists(aux))
        {
            throw new SectorFileException(SectorFileFault.OtherSector, aux, null,
                $"no sealed sector in a directory without {FileName}", "one that another program has sealed");
        }

        foreach (var file in SealFiles.TreeC(job).Concat(SealFiles.TreeR(job))) File.Delete(file.Path);
    }

    private static Commitment? Parse(string? hex) => hex is null ? null : Commitment.Parse(hex);

    private void Save() =>
        PendingFile.WriteAllBytes(_path, JsonSerializer.SerializeToUtf8Bytes(_document, SealRecordJson.Default.SealRecordDocument));
}
