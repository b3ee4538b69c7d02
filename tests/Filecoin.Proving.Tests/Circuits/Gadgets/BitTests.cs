using Filecoin.Native.Fields;
using Filecoin.Proving.Circuits.Gadgets;

namespace Filecoin.Proving.Tests.Circuits.Gadgets;

public sealed class BitTests
{
    private delegate Bit Binary(ref RecordedSystem cs, Bit a, Bit b);

    private delegate Bit Ternary(ref RecordedSystem cs, Bit a, Bit b, Bit c);

    private enum Form
    {
        False,
        True,
        Plain0,
        Plain1,
        Negated0,
        Negated1,
    }

    private static Form[] Forms => Enum.GetValues<Form>();

    [Fact]
    public void Xor_is_exclusive_or_in_every_form() => CheckBinary(Bit.Xor, (a, b) => a ^ b);

    [Fact]
    public void And_is_conjunction_in_every_form() => CheckBinary(Bit.And, (a, b) => a && b);

    [Fact]
    public void Choose_is_choice_in_every_form() => CheckTernary(Bit.Choose, (a, b, c) => a ? b : c);

    [Fact]
    public void Majority_is_majority_in_every_form() => CheckTernary(Bit.Majority, (a, b, c) => (a && b) || (a && c) || (b && c));

    [Fact]
    public void An_allocated_bit_is_zero_or_one()
    {
        var cs = new RecordedSystem();
        Bit bit = Bit.Allocate(ref cs, true);
        Assert.Null(cs.FirstBroken());
        cs.Auxiliaries[bit.Variable.Index] = Fr.FromUInt64(2);
        Assert.Equal("boolean", cs.FirstBroken());
        cs.Auxiliaries[bit.Variable.Index] = Fr.Zero;
        Assert.Null(cs.FirstBroken());
    }

    [Fact]
    public void Constants_cost_nothing()
    {
        var cs = new RecordedSystem();
        Bit bit = Bit.Allocate(ref cs, true);
        int before = cs.Constraints;
        Bit.Xor(ref cs, bit, Bit.True);
        Bit.And(ref cs, Bit.False, bit);
        Bit.Choose(ref cs, Bit.False, bit, Bit.True);
        Bit.Majority(ref cs, Bit.True, Bit.False, Bit.True);
        Assert.Equal(before, cs.Constraints);
    }

    private static Bit Make(ref RecordedSystem cs, Form form) => form switch
    {
        Form.False => Bit.False,
        Form.True => Bit.True,
        Form.Plain0 => Bit.Allocate(ref cs, false),
        Form.Plain1 => Bit.Allocate(ref cs, true),
        Form.Negated0 => !Bit.Allocate(ref cs, true),
        _ => !Bit.Allocate(ref cs, false),
    };

    private static void CheckBinary(Binary gadget, Func<bool, bool, bool> expected)
    {
        foreach (Form formA in Forms)
        {
            foreach (Form formB in Forms)
            {
                var cs = new RecordedSystem();
                Bit a = Make(ref cs, formA), b = Make(ref cs, formB);
                AssertIs(cs, expected(a.Value, b.Value), gadget(ref cs, a, b));
            }
        }
    }

    private static void CheckTernary(Ternary gadget, Func<bool, bool, bool, bool> expected)
    {
        foreach (Form formA in Forms)
        {
            foreach (Form formB in Forms)
            {
                foreach (Form formC in Forms)
                {
                    var cs = new RecordedSystem();
                    Bit a = Make(ref cs, formA), b = Make(ref cs, formB), c = Make(ref cs, formC);
                    AssertIs(cs, expected(a.Value, b.Value, c.Value), gadget(ref cs, a, b, c));
                }
            }
        }
    }

    private static void AssertIs(RecordedSystem cs, bool expected, Bit bit)
    {
        Assert.Equal(expected, bit.Value);
        if (!bit.IsConstant)
        {
            Assert.Equal(expected ^ bit.IsNegated ? Fr.One : Fr.Zero, cs.ValueOf(bit.Variable));
        }
        cs.AssertSound();
    }
}
