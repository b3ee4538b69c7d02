using System.Globalization;
using System.Text;
using Filecoin.ChainCo.Chain;
using Filecoin.Proving.Storage;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>
/// What a node keeps on disk: which network it is of, the blocks that it took in, and the messages that it was given, in the order in which they came.
/// State is not kept; starting executes the chain again. Survives the process's death at any moment, and not the machine's.
/// </summary>
internal sealed class ChainDirectory : IDisposable
{
    private const string GenesisName = "genesis";
    private readonly RecordLog _blocks;
    private readonly RecordLog _messages;

    private ChainDirectory(string directory) =>
        (_blocks, _messages) = (new RecordLog(Path.Combine(directory, "blocks.log")), new RecordLog(Path.Combine(directory, "messages.log")));

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

    /// <summary>Opens the directory of a network, or makes it.</summary>
    /// <exception cref="InvalidDataException">The directory belongs to another network.</exception>
    public static ChainDirectory Open(string directory, BlockHeader genesis)
    {
        Directory.CreateDirectory(directory);
        string name = Path.Combine(directory, GenesisName), text = string.Create(CultureInfo.InvariantCulture, $"{genesis.Cid}\n{genesis.Timestamp}\n");
        if (!File.Exists(name))
            PendingFile.WriteAllBytes(name, Encoding.UTF8.GetBytes(text));
        else if (File.ReadAllText(name) is var other && other != text)
            throw new InvalidDataException($"{directory} holds the network of genesis {other.ReplaceLineEndings(" ")}, expected {genesis.Cid} {genesis.Timestamp}");
        return new ChainDirectory(directory);
    }

    /// <summary>All blocks. Read once, before any is added.</summary>
    public IEnumerable<FullBlock> Blocks() => _blocks.Read().Select(body => DagCbor.Decode<FullBlock>(body));

    /// <summary>All messages. Read once, before any is added.</summary>
    public IEnumerable<KeptMessage> Messages() => _messages.Read().Select(body => DagCbor.Decode<KeptMessage>(body));

    public void Add(FullBlock block) => _blocks.Append(DagCbor.Encode(block));

    public void Add(KeptMessage message) => _messages.Append(DagCbor.Encode(message));

    public void Dispose()
    {
        _blocks.Dispose();
        _messages.Dispose();
    }
}

/// <summary>A message that a client gave to the node.</summary>
/// <param name="Uuid">The MsgUuid by which it may be asked for again; empty for none.</param>
/// <param name="Signed">The message.</param>
internal sealed record KeptMessage(Guid Uuid, SignedMessage Signed) : ICborValue<KeptMessage>
{
    private const int UuidLength = 16;

    public void WriteCbor(DagCborWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.WriteBytes(Uuid.ToByteArray());
        Signed.WriteCbor(writer);
    }

    public static KeptMessage ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new KeptMessage(new Guid(reader.ReadBytes(UuidLength)), SignedMessage.ReadCbor(ref reader));
    }
}
