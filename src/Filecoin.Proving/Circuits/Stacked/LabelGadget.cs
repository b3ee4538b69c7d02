using Filecoin.Proving.Circuits.Gadgets;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Circuits.Stacked;

/// <summary>
/// The label of a node: SHA-256 of replica id, layer, node and 37 parents, cut to 254 bits
/// (storage-proofs-porep <c>stacked/circuit/create_label.rs</c>).
/// </summary>
internal static class LabelGadget
{
    private const int NodeBits = Sha256Gadget.DigestBits;

    /// <summary>Bits of the hashed message.</summary>
    public const int MessageBits = (2 + PoRepConfig.LabelParents) * NodeBits;

    /// <summary>Bits of a node's index.</summary>
    public const int IndexBits = 64;

    /// <summary>Computes the label.</summary>
    /// <param name="cs">The constraint system.</param>
    /// <param name="replicaId">256 bits in SHA-256's order.</param>
    /// <param name="layer">The layer, from 1.</param>
    /// <param name="node">64 bits of the node's index, least significant first.</param>
    /// <param name="parents">The parents there are, 256 bits each in SHA-256's order; repeated until there are 37.</param>
    /// <param name="message">Room for <see cref="MessageBits"/> bits.</param>
    public static Number Create<TCs>(
        ref TCs cs, scoped ReadOnlySpan<Bit> replicaId, uint layer, scoped ReadOnlySpan<Bit> node, scoped ReadOnlySpan<Bit> parents, scoped Span<Bit> message)
        where TCs : IConstraintSystem, allows ref struct
    {
        message.Clear();
        replicaId.CopyTo(message);
        Word.Constant(layer).WriteBigEndian(message.Slice(NodeBits, WordBits.Length));
        for (int i = 0; i < IndexBits; i++)
        {
            message[NodeBits + WordBits.Length + i] = node[IndexBits - 1 - i];
        }
        for (Span<Bit> rest = message[(2 * NodeBits)..]; !rest.IsEmpty;)
        {
            ReadOnlySpan<Bit> repeated = parents[..Math.Min(parents.Length, rest.Length)];
            repeated.CopyTo(rest);
            rest = rest[repeated.Length..];
        }
        return InclusionGadget.HashToNumber(ref cs, message);
    }
}
