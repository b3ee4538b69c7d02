namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>A number put among its siblings at a position given by bits: the children of a Merkle node from a path element.</summary>
/// <remarks>Each result is picked bit by bit from what can stand at its place; names say which bits are decided: 0, 1, or x for open.</remarks>
internal static class Insertion
{
    /// <summary>Inserts a number.</summary>
    /// <param name="cs">The constraint system.</param>
    /// <param name="element">The number to insert.</param>
    /// <param name="position">Bits of the position, least significant first: 1, 2 or 3.</param>
    /// <param name="siblings">The others in order: 1, 3 or 7.</param>
    /// <param name="children">Receives them all: 2, 4 or 8.</param>
    public static void Insert<TCs>(
        ref TCs cs, Number element, scoped ReadOnlySpan<Bit> position, scoped ReadOnlySpan<Number> siblings, scoped Span<Number> children)
        where TCs : IConstraintSystem, allows ref struct
    {
        switch (children.Length)
        {
            case 2:
                InsertIntoTwo(ref cs, element, position[0], siblings[0], children);
                break;
            case 4:
                InsertIntoFour(ref cs, element, position, siblings, children);
                break;
            case 8:
                InsertIntoEight(ref cs, element, position, siblings, children);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(children), children.Length, "Merkle nodes of the circuits have 2, 4 or 8 children.");
        }
    }

    private static void InsertIntoTwo<TCs>(ref TCs cs, Number a, Bit bit, Number b, scoped Span<Number> children)
        where TCs : IConstraintSystem, allows ref struct
    {
        children[0] = Pick(ref cs, "0", bit, b, a);
        children[1] = Pick(ref cs, "1", bit, a, b);
    }

    private static void InsertIntoFour<TCs>(
        ref TCs cs, Number a, scoped ReadOnlySpan<Bit> position, scoped ReadOnlySpan<Number> siblings, scoped Span<Number> children)
        where TCs : IConstraintSystem, allows ref struct
    {
        Bit b0 = position[0], b1 = position[1];
        Number b = siblings[0], c = siblings[1], d = siblings[2];
        Number low = Pick(ref cs, "0 x0", b0, b, a);
        children[0] = Pick(ref cs, "0", b1, b, low);
        low = Pick(ref cs, "1 x0", b0, a, b);
        children[1] = Pick(ref cs, "1", b1, c, low);
        Number high = Pick(ref cs, "2 x1", b0, d, a);
        children[2] = Pick(ref cs, "2", b1, high, c);
        high = Pick(ref cs, "3 x1", b0, a, d);
        children[3] = Pick(ref cs, "3", b1, high, d);
    }

    private static void InsertIntoEight<TCs>(
        ref TCs cs, Number a, scoped ReadOnlySpan<Bit> position, scoped ReadOnlySpan<Number> siblings, scoped Span<Number> children)
        where TCs : IConstraintSystem, allows ref struct
    {
        Bit b0 = position[0], b1 = position[1], b2 = position[2];
        Number b = siblings[0], c = siblings[1], d = siblings[2], e = siblings[3], f = siblings[4], g = siblings[5], h = siblings[6];
        cs.Enter("neither low bit");
        Bit neither = Bit.And(ref cs, !b0, !b1);
        cs.Leave();
        cs.Enter("both low bits");
        Bit both = Bit.And(ref cs, b0, b1);
        cs.Leave();

        Number low = Pick(ref cs, "0 xx0", neither, a, b);
        children[0] = Pick(ref cs, "0", b2, b, low);

        low = Pick(ref cs, "1 x00", b0, a, b);
        low = Pick(ref cs, "1 xx0", b1, c, low);
        children[1] = Pick(ref cs, "1", b2, c, low);

        low = Pick(ref cs, "2 x10", b0, d, a);
        low = Pick(ref cs, "2 xx0", b1, low, c);
        children[2] = Pick(ref cs, "2", b2, d, low);

        low = Pick(ref cs, "3 xx0", both, a, d);
        children[3] = Pick(ref cs, "3", b2, e, low);

        Number high = Pick(ref cs, "4 xx1", neither, a, f);
        children[4] = Pick(ref cs, "4", b2, high, e);

        high = Pick(ref cs, "5 x01", b0, a, f);
        high = Pick(ref cs, "5 xx1", b1, g, high);
        children[5] = Pick(ref cs, "5", b2, high, f);

        high = Pick(ref cs, "6 x11", b0, h, a);
        high = Pick(ref cs, "6 xx1", b1, high, g);
        children[6] = Pick(ref cs, "6", b2, high, g);

        high = Pick(ref cs, "7 xx1", both, a, h);
        children[7] = Pick(ref cs, "7", b2, high, h);
    }

    private static Number Pick<TCs>(ref TCs cs, string name, Bit condition, Number a, Number b)
        where TCs : IConstraintSystem, allows ref struct
    {
        cs.Enter(name);
        Number picked = Number.Pick(ref cs, condition, a, b);
        cs.Leave();
        return picked;
    }
}
