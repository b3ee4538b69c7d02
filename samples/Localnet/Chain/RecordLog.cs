using System.Buffers.Binary;
using Filecoin.ChainCo.Chain;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>
/// Records in one file, each its length, the digest of its CID, and its CBOR. What a killed process left unfinished at the end is cut off; what it had
/// written is there.
/// </summary>
internal sealed class RecordLog : IDisposable
{
    private const int MaxRecord = 4 << 20;
    private const int HeadLength = 4 + 32;
    private readonly FileStream _file;

    public RecordLog(string path) => _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);

    /// <summary>All whole records; the file then ends after the last of them.</summary>
    public IEnumerable<byte[]> Read()
    {
        _file.Position = 0;
        long end = 0;
        byte[] head = new byte[HeadLength];
        while (_file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) == HeadLength)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(head);
            if (length is <= 0 or > MaxRecord)
                break;
            byte[] body = new byte[length];
            if (_file.ReadAtLeast(body, length, throwOnEndOfStream: false) < length || !Cid.OfDagCbor(body).Digest.SequenceEqual(head.AsSpan(4)))
                break;
            end = _file.Position;
            yield return body;
        }

        _file.SetLength(end);
        _file.Position = end;
    }

    /// <summary>Adds a record.</summary>
    public void Append(ReadOnlySpan<byte> body)
    {
        byte[] record = new byte[HeadLength + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(record, body.Length);
        Cid.OfDagCbor(body).Digest.CopyTo(record.AsSpan(4));
        body.CopyTo(record.AsSpan(HeadLength));
        _file.Write(record);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();
}
