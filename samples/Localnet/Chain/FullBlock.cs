using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Samples.Localnet.Chain;

/// <summary>A block with its messages, all signed with BLS, whose signatures its header holds as one.</summary>
/// <param name="Header">The header.</param>
/// <param name="Messages">The messages in order.</param>
internal sealed record FullBlock(BlockHeader Header, IReadOnlyList<Message> Messages) : ICborValue<FullBlock>
{
    /// <summary>What stands for the messages in the header: the CID of two lists of links, BLS and others. Mainnet has the roots of two AMTs there.</summary>
    public static Cid MessagesRoot(IEnumerable<Cid> messages)
    {
        var writer = new DagCborWriter();
        writer.WriteArrayHeader(2);
        writer.WriteCids([.. messages]);
        writer.WriteCids([]);
        return Cid.OfDagCbor(writer.WrittenSpan);
    }

    /// <summary>What stands for a tipset's receipts in the headers of its children: the CID of their list. Mainnet has the root of an AMT there.</summary>
    public static Cid ReceiptsRoot(IReadOnlyList<MessageReceipt> receipts)
    {
        var writer = new DagCborWriter();
        writer.WriteArrayHeader(receipts.Count);
        foreach (MessageReceipt receipt in receipts)
        {
            writer.WriteArrayHeader(3);
            writer.WriteInt64(receipt.ExitCode);
            writer.WriteBytes(receipt.Return.Span);
            writer.WriteInt64(receipt.GasUsed);
        }

        return Cid.OfDagCbor(writer.WrittenSpan);
    }

    public void WriteCbor(DagCborWriter writer)
    {
        writer.WriteArrayHeader(2);
        Header.WriteCbor(writer);
        writer.WriteList(Messages);
    }

    public static FullBlock ReadCbor(ref DagCborReader reader)
    {
        reader.ReadTupleHeader(2);
        return new FullBlock(BlockHeader.ReadCbor(ref reader), reader.ReadList<Message>());
    }
}

/// <summary>A block that this chain does not take.</summary>
/// <param name="message">What was expected and what came.</param>
internal sealed class BlockException(string message) : Exception(message);
