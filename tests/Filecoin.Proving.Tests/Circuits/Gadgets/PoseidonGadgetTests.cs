using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Circuits.Gadgets;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Circuits.Gadgets;

public sealed class PoseidonGadgetTests
{
    public static TheoryData<int, int> Constraints => new()
    {
        { 2, 311 },
        { 4, 377 },
        { 8, 505 },
        { 11, 598 },
        { 16, 761 },
        { 24, 1009 },
        { 36, 1385 },
    };

    [Theory, MemberData(nameof(Constraints))]
    public void Digest_is_poseidon(int arity, int constraints) =>
        Prop.ForAll(Generators.Elements(arity).ToArbitrary(), preimage =>
        {
            var cs = new RecordedSystem();
            Number digest = PoseidonGadget.Hash(ref cs, Generators.Allocate(ref cs, preimage));
            Assert.Equal(Poseidon.Hash(preimage), digest.Value);
            Assert.Equal(digest.Value, cs.ValueOf(digest.Variable));
            Assert.Equal(constraints, cs.Constraints);
            Assert.Null(cs.FirstBroken());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Theory, MemberData(nameof(Constraints))]
    public void No_variable_is_free(int arity, int constraints)
    {
        var cs = new RecordedSystem();
        PoseidonGadget.Hash(ref cs, Generators.Allocate(ref cs, [.. Enumerable.Range(0, arity).Select(i => Fr.FromUInt64((ulong)i))]));
        Assert.Equal(constraints, cs.Constraints);
        cs.AssertSound();
    }
}
