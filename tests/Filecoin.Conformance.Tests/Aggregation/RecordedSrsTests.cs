using System.Buffers.Binary;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Groth16;

namespace Filecoin.Conformance.Tests.Aggregation;

/// <summary>The official format of the reference string, and what is wrong with damaged files.</summary>
public sealed class RecordedSrsTests(RecordedAggregate recorded) : IClassFixture<RecordedAggregate>, IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly byte[] _bytes = File.ReadAllBytes(recorded.SrsPath);

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_recorded_file_is_for_four_proofs() => Assert.Equal(4, InnerProductSrs.Open(recorded.Store).MaxProofs);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(388)]
    [InlineData(1000)]
    [InlineData(2319)]
    public void A_truncated_file_is_refused(int length) => Assert.Equal(ParameterFileError.Truncated, Error(_bytes[..length]));

    [Fact]
    public void A_file_that_goes_on_is_refused() => Assert.Equal(ParameterFileError.Oversized, Error([.. _bytes, 0]));

    [Fact]
    public void Counts_that_do_not_fit_are_refused()
    {
        foreach (var (at, count, error) in ((int, uint, ParameterFileError)[])
            [(0, uint.MaxValue, ParameterFileError.WrongCircuit), (0, 0, ParameterFileError.WrongCircuit), (0, (1 << 20) + 2, ParameterFileError.WrongCircuit),
             (0, 1 << 20, ParameterFileError.Truncated), (388, 1 << 20, ParameterFileError.Truncated), (776, 17, ParameterFileError.Truncated)])
        {
            var changed = (byte[])_bytes.Clone();
            BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(at), count);
            Assert.Equal(error, Error(changed));
        }
    }

    [Fact]
    public void Points_that_are_none_are_refused_when_they_are_read()
    {
        foreach (var section in (int[])[4, 392, 780, 1552])
        {
            var size = section < 780 ? 48 : 96;
            var changed = (byte[])_bytes.Clone();
            changed.AsSpan(section + size, size).Fill(0xff);
            Assert.Equal(ParameterFileError.BadPoint, Error(changed));
            changed = (byte[])_bytes.Clone();
            changed.AsSpan(section + (3 * size), size).Clear();
            changed[section + (3 * size)] = 0xC0; // infinity
            Assert.Equal(ParameterFileError.BadPoint, Error(changed, load: true));
        }
    }

    [Fact]
    public void Points_in_each_other_s_place_are_no_powers()
    {
        foreach (var (section, size, second) in ((int, int, int)[])[(4, 48, 7), (392, 48, 4), (780, 96, 3), (1552, 96, 3)])
        {
            var changed = (byte[])_bytes.Clone();
            _bytes.AsSpan(section + (2 * size), size).CopyTo(changed.AsSpan(section + (second * size)));
            _bytes.AsSpan(section + (second * size), size).CopyTo(changed.AsSpan(section + (2 * size)));
            Assert.Equal(ParameterFileError.Inconsistent, Error(changed, load: true));
        }
        // The first powers, and the generators, are looked at when the file is opened.
        var first = (byte[])_bytes.Clone();
        _bytes.AsSpan(4 + 96, 48).CopyTo(first.AsSpan(4 + 48));
        Assert.Equal(ParameterFileError.Inconsistent, Error(first));
        var generator = (byte[])_bytes.Clone();
        _bytes.AsSpan(4 + 96, 48).CopyTo(generator.AsSpan(4));
        Assert.Equal(ParameterFileError.Inconsistent, Error(generator));
    }

    [Fact]
    public void An_aggregate_of_more_proofs_than_it_has_room_for_is_refused()
    {
        Proving.PoRep.SealProofClaim[] five = [.. recorded.Sectors, .. recorded.Sectors[..2]];
        var error = Assert.Throws<ParameterFileException>(() => new SealAggregator(recorded.Store).Aggregate(recorded.Config, SnarkPackVersion.V2, five));
        Assert.Equal(ParameterFileError.TooSmall, error.Error);
    }

    [Fact]
    public void The_manifest_has_the_published_digest()
    {
        using var published = GoldenVectors.Open("official/srs-inner-product.json");
        var entry = ParameterManifest.Published.Find(InnerProductSrs.FileName);
        Assert.NotNull(entry);
        Assert.Equal(ParameterManifest.Read(published).Find(InnerProductSrs.FileName), entry);
    }

    [Fact]
    public async Task A_file_that_is_not_the_published_one_fails_its_digest()
    {
        var error = await Assert.ThrowsAsync<ParameterFileException>(() => recorded.Store.CheckAsync(InnerProductSrs.FileName));
        Assert.Equal(ParameterFileError.DigestMismatch, error.Error);
    }

    private ParameterFileError Error(byte[] file, bool load = false)
    {
        File.WriteAllBytes(_path, file);
        return Assert.Throws<ParameterFileException>(() =>
        {
            var srs = InnerProductSrs.Open(_path);
            if (load) srs.ProverKey(4, new ParallelOptions { MaxDegreeOfParallelism = 2 });
        }).Error;
    }

}
