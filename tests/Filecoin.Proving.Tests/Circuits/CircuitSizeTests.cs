using Filecoin.Proving.Circuits.Fallback;
using Filecoin.Proving.Circuits.Gadgets;
using Filecoin.Proving.Circuits.Stacked;
using Filecoin.Proving.Circuits.Synthesis;
using Filecoin.Proving.Tests.Circuits.Gadgets;

namespace Filecoin.Proving.Tests.Circuits;

/// <summary>Constraint counts that the official tests pin.</summary>
public sealed class CircuitSizeTests
{
    [Theory]
    [InlineData(2, 0, 0, 1_206_212)]
    [InlineData(8, 0, 0, 1_199_620)]
    [InlineData(8, 4, 0, 1_296_576)]
    [InlineData(8, 4, 2, 1_346_982)]
    public void Stacked_circuit_of_one_challenge(int baseArity, int subTreeArity, int topTreeArity, int constraints)
    {
        long nodes = 8L * Math.Max(1, subTreeArity) * Math.Max(1, topTreeArity);
        var circuit = new StackedCircuit(StackedShape.Create(nodes, layers: 2, challenges: 1, baseArity, subTreeArity, topTreeArity));
        CircuitCounts counts = CircuitSize.Measure(circuit).Total;
        Assert.Equal(constraints, counts.Constraints);
        Assert.Equal(22, counts.Inputs);
    }

    [Theory]
    [InlineData(8, 0, 0, 16_869)]
    [InlineData(8, 4, 0, 22_674)]
    [InlineData(8, 4, 2, 27_384)]
    public void Fallback_circuit_of_three_sectors(int baseArity, int subTreeArity, int topTreeArity, int constraints)
    {
        long leaves = 64L * Math.Max(1, subTreeArity) * Math.Max(1, topTreeArity);
        var circuit = new FallbackCircuit(FallbackShape.Create(leaves, sectors: 3, challenges: 5, baseArity, subTreeArity, topTreeArity));
        CircuitCounts counts = CircuitSize.Measure(circuit).Total;
        Assert.Equal(constraints, counts.Constraints);
        Assert.Equal(19, counts.Inputs);
    }

    [Fact]
    public void Label_of_37_parents()
    {
        var cs = new RecordedSystem();
        Bit[] parents = Generators.Allocate(ref cs, new byte[37 * 32]);
        Bit[] replicaId = Generators.Allocate(ref cs, new byte[32]);
        var node = new Bit[LabelGadget.IndexBits];
        LabelGadget.Create(ref cs, replicaId, 3, node, parents, new Bit[LabelGadget.MessageBits]);
        Assert.Equal(532_025, cs.Constraints);
    }

    [Fact]
    public void Rows_and_domain_count_a_row_for_each_input()
    {
        var size = new CircuitSize(new CircuitCounts(10, 2, 5), new CircuitCounts(20, 1, 7), Parts: 5);
        Assert.Equal(new CircuitCounts(110, 7, 40), size.Total);
        Assert.Equal(117, size.Rows);
        Assert.Equal((3 * 128 + 47) * 32 + 11, size.AssignmentBytes);
        Assert.Equal(7, size.DomainLog2);
        Assert.Equal(7, (size with { Shared = new CircuitCounts(21, 2, 5) }).DomainLog2);
        Assert.Equal(8, (size with { Shared = new CircuitCounts(22, 2, 5) }).DomainLog2);
    }
}
