using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits.Gadgets;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Circuits.Stacked;

/// <summary>
/// One challenge of a proof of replication: the parents' columns are in TreeC, the node's labels follow from them layer by layer, the
/// last label encodes the data leaf into the replica, and the node's own column is in TreeC.
/// </summary>
internal static class ChallengeGadget
{
    private const int NodeBits = Sha256Gadget.DigestBits;

    /// <summary>Enforces the challenge.</summary>
    public static void Enforce<TCs>(
        ref TCs cs, StackedShape shape, StackedChallengeWitness? witness, Bit[] replicaId, Number commD, Number commC, Number commRLast)
        where TCs : IConstraintSystem, allows ref struct
    {
        cs.Enter("data leaf");
        Number dataLeaf = Number.Allocate(ref cs, witness?.DataLeaf ?? default);
        InclusionGadget.Enforce(ref cs, shape.DataPath, witness?.DataPath, dataLeaf, commD);
        cs.Leave();

        Number[][] baseParents = Parents(ref cs, "base parent", shape, witness?.BaseParents, PoRepConfig.BaseDegree, commC);
        Number[][] expanderParents = Parents(ref cs, "expander parent", shape, witness?.ExpanderParents, PoRepConfig.ExpanderDegree, commC);

        cs.Enter("node");
        Span<Bit> node = stackalloc Bit[LabelGadget.IndexBits];
        for (int i = 0; i < node.Length; i++)
        {
            cs.Enter("bit", i);
            node[i] = Bit.Allocate(ref cs, (((witness?.Challenge ?? 0) >> i) & 1) != 0);
            cs.Leave();
        }
        Packing.PackIntoInputs(ref cs, node);
        cs.Leave();

        Number[] labels = Labels(ref cs, shape.Layers, replicaId, node, baseParents, expanderParents);

        cs.Enter("replica node");
        Number encoded = Number.Add(ref cs, labels[^1], dataLeaf);
        InclusionGadget.Enforce(ref cs, shape.TreePath, witness?.ReplicaPath, encoded, commRLast);
        cs.Leave();

        cs.Enter("column");
        Number column = PoseidonGadget.Hash(ref cs, labels);
        InclusionGadget.Enforce(ref cs, shape.TreePath, witness?.ColumnPath, column, commC);
        cs.Leave();
    }

    /// <summary>The columns of parents, each included in TreeC.</summary>
    private static Number[][] Parents<TCs>(ref TCs cs, string name, StackedShape shape, ColumnWitness[]? witness, int count, Number commC)
        where TCs : IConstraintSystem, allows ref struct
    {
        var columns = new Number[count][];
        for (int parent = 0; parent < count; parent++)
        {
            cs.Enter(name, parent);
            var column = new Number[shape.Layers];
            for (int layer = 0; layer < column.Length; layer++)
            {
                column[layer] = Number.Allocate(ref cs, witness?[parent].Labels[layer] ?? default);
            }
            Number hash = PoseidonGadget.Hash(ref cs, column);
            InclusionGadget.Enforce(ref cs, shape.TreePath, witness?[parent].Path, hash, commC);
            columns[parent] = column;
            cs.Leave();
        }
        return columns;
    }

    /// <summary>The node's label in each layer, from its parents' labels.</summary>
    private static Number[] Labels<TCs>(
        ref TCs cs, int layers, Bit[] replicaId, scoped ReadOnlySpan<Bit> node, Number[][] baseParents, Number[][] expanderParents)
        where TCs : IConstraintSystem, allows ref struct
    {
        var labels = new Number[layers];
        var message = new Bit[LabelGadget.MessageBits];
        var parentBits = new Bit[PoRepConfig.Degree * NodeBits];
        for (int layer = 0; layer < layers; layer++)
        {
            cs.Enter("layer", layer + 1);
            int parents = 0;
            foreach (Number[] column in baseParents)
            {
                ParentBits(ref cs, parents, column[layer], parentBits);
                parents++;
            }
            // The first layer has no layer before it, so no expander parents.
            for (int i = 0; layer > 0 && i < expanderParents.Length; i++)
            {
                ParentBits(ref cs, parents, expanderParents[i][layer - 1], parentBits);
                parents++;
            }
            labels[layer] = LabelGadget.Create(ref cs, replicaId, (uint)layer + 1, node, parentBits.AsSpan(0, parents * NodeBits), message);
            cs.Leave();
        }
        return labels;
    }

    private static void ParentBits<TCs>(ref TCs cs, int parent, Number label, Bit[] parentBits)
        where TCs : IConstraintSystem, allows ref struct
    {
        cs.Enter("parent bits", parent);
        Span<Bit> bits = stackalloc Bit[Fr.ModulusBits];
        label.ToBits(ref cs, bits);
        Packing.ReverseBytes(bits, parentBits.AsSpan(parent * NodeBits, NodeBits));
        cs.Leave();
    }
}
