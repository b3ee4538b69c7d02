using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Groth16;

namespace Filecoin.Proving.Tests.Aggregation;

public sealed class DevelopmentSrsTests : IDisposable
{
    private readonly WorkDirectory _directory = new();
    private readonly ParameterStore _store;
    private readonly ParallelOptions _threads = new() { MaxDegreeOfParallelism = 2 };

    public DevelopmentSrsTests() =>
        _store = new ParameterStore(new ParameterStoreOptions { Directory = Path.Combine(_directory.Path, "params"), AllowInsecure = true });

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void It_is_made_once_and_again_where_it_is_too_small()
    {
        Assert.True(DevelopmentSrs.Make(_store, 2));
        var first = File.ReadAllBytes(_store.InsecureSrsPath);
        Assert.Equal(2, InnerProductSrs.Open(_store).MaxProofs);
        Assert.False(DevelopmentSrs.Make(_store, 2));
        Assert.Equal(first, File.ReadAllBytes(_store.InsecureSrsPath));
        Assert.True(DevelopmentSrs.Make(_store, 8));
        Assert.Equal(8, InnerProductSrs.Open(_store).MaxProofs);
        Assert.False(DevelopmentSrs.Make(_store, 4));
        Assert.EndsWith(".insecure.srs", Assert.Single(Directory.GetFiles(_store.Options.Directory)), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_points_are_the_powers_of_the_secrets()
    {
        Fr alpha = Fr.FromUInt64(3), beta = Fr.FromUInt64(1_000_003);
        var path = Path.Combine(_directory.Path, "known.srs");
        DevelopmentSrs.Make(path, 1024, alpha, beta, new DevelopmentParametersOptions(), CancellationToken.None);
        var srs = InnerProductSrs.Open(path);
        // A small key first, so that the large one reads on from it.
        var small = srs.ProverKey(4, _threads);
        var key = srs.ProverKey(1024, _threads);
        Assert.Equal(small.GAlpha.ToArray(), key.GAlpha[..8].ToArray());
        Assert.Equal(small.HBeta.ToArray(), srs.ProverKey(4, _threads).HBeta.ToArray());
        foreach (var i in (int[])[0, 1, 7, 1023, 2047])
        {
            Assert.Equal((G1Affine.Generator * alpha.Pow((ulong)i)).ToAffine(), key.GAlpha.Span[i]);
            Assert.Equal((G1Affine.Generator * beta.Pow((ulong)i)).ToAffine(), key.GBeta.Span[i]);
            if (i >= 1024) continue;
            Assert.Equal((G2Affine.Generator * alpha.Pow((ulong)i)).ToAffine(), key.HAlpha.Span[i]);
            Assert.Equal((G2Affine.Generator * beta.Pow((ulong)i)).ToAffine(), key.HBeta.Span[i]);
        }
    }

    [Fact]
    public void A_cancelled_set_up_leaves_no_file()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => DevelopmentSrs.Make(_store, 8, cancellationToken: source.Token));
        Assert.Empty(Directory.GetFiles(_store.Options.Directory));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1 << 20)]
    public void Numbers_that_are_no_power_of_two_are_refused(int proofs) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DevelopmentSrs.Make(_store, proofs));
}
