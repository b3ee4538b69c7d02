using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Trees;

public sealed class AuxTests : IDisposable
{
    private static readonly PoRepConfig Config32KiB = PoRepConfig.For(RegisteredSealProof.StackedDrg32KiBV1_1);

    private readonly WorkDirectory work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void P_aux_of_another_length_or_with_bytes_outside_the_field_is_refused()
    {
        var path = Path.Combine(work.Path, CacheFiles.PersistentAux);
        Assert.Equal(SectorFileFault.Missing, Assert.Throws<SectorFileException>(() => PersistentAux.Read(work.Path)).Fault);
        foreach (var length in (int[])[0, 63, 65])
        {
            File.WriteAllBytes(path, new byte[length]);
            Assert.Equal(SectorFileFault.Length, Assert.Throws<SectorFileException>(() => PersistentAux.Read(work.Path)).Fault);
        }

        var bytes = new byte[64];
        bytes.AsSpan(32).Fill(0xff);
        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<SectorFileException>(() => PersistentAux.Read(work.Path));
        Assert.Equal((SectorFileFault.Content, 32L, path), (error.Fault, error.Offset, error.Path));
    }

    [Fact]
    public void Changed_t_aux_reads_or_says_what_is_wrong_and_never_fails_otherwise()
    {
        var whole = TemporaryAux.For(Config32KiB, "sectors/cache").ToBytes();
        var path = Path.Combine(work.Path, CacheFiles.TemporaryAux);
        var change = from at in Gen.Choose(0, whole.Length - 1)
                     from value in Gen.Choose(0, 255)
                     from length in Gen.Choose(0, whole.Length + 8)
                     from cut in ArbMap.Default.GeneratorFor<bool>()
                     select (at, value, length: cut ? length : whole.Length);
        var read = 0;
        Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(change.ToArbitrary(), c =>
        {
            var bytes = new byte[c.length];
            whole.AsSpan(0, Math.Min(c.length, whole.Length)).CopyTo(bytes);
            if (c.at < bytes.Length) bytes[c.at] = (byte)c.value;
            File.WriteAllBytes(path, bytes);
            try
            {
                var aux = TemporaryAux.Read(work.Path);
                Assert.Equal(bytes, aux.ToBytes());
                read++;
            }
            catch (SectorFileException error)
            {
                Assert.Equal(path, error.Path);
                Assert.InRange(error.Offset ?? 0, 0, bytes.Length);
            }
        }));
        Assert.InRange(read, 1, 999);
    }
}
