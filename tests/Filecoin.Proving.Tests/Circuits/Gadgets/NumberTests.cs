using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits.Gadgets;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Circuits.Gadgets;

public sealed class NumberTests
{
    [Fact]
    public void Bits_are_those_of_the_canonical_value_and_pack_into_it_again() =>
        Prop.ForAll(Generators.Element.ToArbitrary(), value =>
        {
            var cs = new RecordedSystem();
            Number number = Number.Allocate(ref cs, value);
            var bits = new Bit[Fr.ModulusBits];
            number.ToBits(ref cs, bits);
            var reversed = new Bit[256];
            Packing.ReverseBytes(bits, reversed);
            var expected = new byte[Fr.Size];
            value.Write(expected);
            Assert.Equal(expected, Generators.ToBytes(reversed));

            Number packed = Packing.Pack(ref cs, bits.AsSpan(0, Fr.CapacityBits));
            Assert.Equal(bits[^1].Value, packed.Value != value);
            Packing.PackIntoInputs(ref cs, bits);
            Assert.Equal([Fr.One, packed.Value, bits[^1].Value ? Fr.One : Fr.Zero], cs.Inputs);
            cs.AssertSound();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void Sum_and_exposed_number_hold() =>
        Prop.ForAll(Generators.Elements(2).ToArbitrary(), values =>
        {
            var cs = new RecordedSystem();
            Number[] numbers = Generators.Allocate(ref cs, values);
            Number sum = Number.Add(ref cs, numbers[0], numbers[1]);
            Assert.Equal(values[0] + values[1], sum.Value);
            sum.Expose(ref cs);
            Assert.Equal(sum.Value, cs.Inputs[1]);
            cs.AssertSound();
            cs.Inputs[1] += Fr.One;
            Assert.Equal("public input", cs.FirstBroken());
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Insertion_puts_the_element_at_every_position(int arity)
    {
        for (int position = 0; position < arity; position++)
        {
            var cs = new RecordedSystem();
            Number[] siblings = Generators.Allocate(ref cs, [.. Enumerable.Range(1, arity - 1).Select(i => Fr.FromUInt64((ulong)i))]);
            Number element = Number.Allocate(ref cs, Fr.FromUInt64(100));
            var bits = new Bit[(int)Math.Log2(arity)];
            for (int i = 0; i < bits.Length; i++)
            {
                bits[i] = Bit.Allocate(ref cs, ((position >> i) & 1) != 0);
            }
            int inputs = cs.Auxiliaries.Count;
            var children = new Number[arity];
            Insertion.Insert(ref cs, element, bits, siblings, children);

            List<Fr> expected = [.. siblings.Select(s => s.Value)];
            expected.Insert(position, element.Value);
            Assert.Equal(expected, children.Select(c => c.Value));
            Assert.Equal(expected, children.Select(c => cs.Auxiliaries[c.Variable.Index]));
            Assert.Null(cs.FirstBroken());
            for (int i = inputs; i < cs.Auxiliaries.Count; i++)
            {
                cs.Auxiliaries[i] += Fr.One;
                Assert.NotNull(cs.FirstBroken());
                cs.Auxiliaries[i] -= Fr.One;
            }
        }
    }
}
