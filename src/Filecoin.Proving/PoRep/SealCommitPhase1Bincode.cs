using System.Buffers;
using System.Collections.Immutable;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoRep;

/// <summary>C1 output in bincode, the form in which native sealers exchange it.</summary>
public static class SealCommitPhase1Bincode
{
    private const string Document = "C1 bincode";

    /// <summary>Writes the output.</summary>
    public static void Write(Stream stream, SealCommitPhase1Output output)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(output);
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        var writer = new BincodeWriter(buffer);
        writer.Length(output.VanillaProofs.Length);
        foreach (var partition in output.VanillaProofs)
        {
            writer.Length(partition.Length);
            foreach (var proof in partition)
            {
                VanillaProofBincode.Write(writer, proof);
                Drain(buffer, stream);
            }
        }

        writer.Node(output.CommR);
        writer.Node(output.CommD);
        writer.Raw(output.ReplicaId.Span);
        writer.Raw(output.Seed.Span);
        writer.Raw(output.Ticket.Span);
        Drain(buffer, stream);
    }

    /// <summary>Reads an output of a known kind of sector.</summary>
    /// <param name="bytes">The whole document; nothing may follow it.</param>
    /// <param name="config">The registered proof, which fixes every length in the document.</param>
    /// <exception cref="WireFormatException">The bytes are not such a document.</exception>
    public static SealCommitPhase1Output Read(ReadOnlySpan<byte> bytes, PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = new VanillaProofShape(config);
        var reader = new BincodeReader(bytes, Document);
        reader.Length(shape.Partitions, "vanilla_proofs");
        var partitions = ImmutableArray.CreateBuilder<ImmutableArray<ChallengeProof>>(shape.Partitions);
        for (var k = 0; k < shape.Partitions; k++)
        {
            reader.Length(shape.ChallengesPerPartition, $"vanilla_proofs[{k}]");
            var proofs = ImmutableArray.CreateBuilder<ChallengeProof>(shape.ChallengesPerPartition);
            for (var i = 0; i < shape.ChallengesPerPartition; i++)
                proofs.Add(VanillaProofBincode.Read(ref reader, shape, $"vanilla_proofs[{k}][{i}]"));
            partitions.Add(proofs.MoveToImmutable());
        }

        var commR = reader.FieldElement("comm_r");
        var commD = reader.FieldElement("comm_d");
        var replicaId = reader.FieldElement("replica_id");
        Span<byte> seed = stackalloc byte[32], ticket = stackalloc byte[32];
        reader.Bytes(seed, "seed");
        reader.Bytes(ticket, "ticket");
        reader.End();
        return new()
        {
            VanillaProofs = partitions.MoveToImmutable(),
            CommR = commR,
            CommD = commD,
            ReplicaId = ReplicaId.FromBytes(replicaId.Span),
            Seed = Seed.FromBytes(seed),
            Ticket = Ticket.FromBytes(ticket),
        };
    }

    /// <summary>Reads an output of a known kind of sector to the stream's end.</summary>
    /// <exception cref="WireFormatException">The bytes are not such a document.</exception>
    public static SealCommitPhase1Output Read(Stream stream, PoRepConfig config)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(config);
        return Read(BoundedInput.ReadToEnd(stream, new VanillaProofShape(config).BincodeLength, Document).Span, config);
    }

    private static void Drain(ArrayBufferWriter<byte> buffer, Stream stream)
    {
        stream.Write(buffer.WrittenSpan);
        buffer.ResetWrittenCount();
    }
}
