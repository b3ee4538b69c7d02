using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Storage;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>
/// The blocks that this node took in, in that order, in one file: each its length, the digest of its CID, and its CBOR. What a crash left unfinished at
/// the end is cut off. State is not kept; starting executes the chain again.
/// </summary>
internal sealed class BlockLog : IDisposable
{
    private const int MaxBlock = 4 << 20;
    private const int HeadLength = 4 + 32;
    private const string GenesisName = "genesis";
    private readonly FileStream _file;

    private BlockLog(FileStream file) => _file = file;

    /// <summary>When the network of a directory began; null when it holds none.</summary>
    /// <exception cref="InvalidDataException">The file that says it is damaged.</exception>
    public static DateTimeOffset? GenesisTime(string? directory)
    {
        string? name = directory is null ? null : Path.Combine(directory, GenesisName);
        if (!File.Exists(name))
            return null;
        return File.ReadAllText(name).Split('\n') is [_, var time, ..] && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : throw new InvalidDataException($"{name}: expected a CID and a time");
    }

    /// <summary>Opens the log of a network in a directory.</summary>
    /// <exception cref="InvalidDataException">The directory belongs to another network.</exception>
    public static BlockLog Open(string directory, BlockHeader genesis)
    {
        Directory.CreateDirectory(directory);
        string name = Path.Combine(directory, GenesisName), text = string.Create(CultureInfo.InvariantCulture, $"{genesis.Cid}\n{genesis.Timestamp}\n");
        if (!File.Exists(name))
            PendingFile.WriteAllBytes(name, Encoding.UTF8.GetBytes(text));
        else if (File.ReadAllText(name) is var other && other != text)
            throw new InvalidDataException($"{directory} holds the network of genesis {other.ReplaceLineEndings(" ")}, expected {genesis.Cid} {genesis.Timestamp}");
        return new BlockLog(new FileStream(Path.Combine(directory, "blocks.log"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
    }

    /// <summary>All whole blocks; the file then ends after the last of them.</summary>
    public IEnumerable<FullBlock> Read()
    {
        _file.Position = 0;
        long end = 0;
        byte[] head = new byte[HeadLength];
        while (_file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) == HeadLength)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(head);
            if (length is <= 0 or > MaxBlock)
                break;
            byte[] body = new byte[length];
            if (_file.ReadAtLeast(body, length, throwOnEndOfStream: false) < length || !Cid.OfDagCbor(body).Digest.SequenceEqual(head.AsSpan(4)))
                break;
            end = _file.Position;
            yield return DagCbor.Decode<FullBlock>(body);
        }

        _file.SetLength(end);
        _file.Position = end;
    }

    /// <summary>Adds a block.</summary>
    public void Append(FullBlock block)
    {
        byte[] body = DagCbor.Encode(block);
        byte[] record = new byte[HeadLength + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(record, body.Length);
        Cid.OfDagCbor(body).Digest.CopyTo(record.AsSpan(4));
        body.CopyTo(record, HeadLength);
        _file.Write(record);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();
}
