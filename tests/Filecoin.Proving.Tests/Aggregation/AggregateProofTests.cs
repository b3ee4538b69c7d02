using System.Buffers.Binary;
using Filecoin.Native.Curves;
using Filecoin.Proving.Aggregation;
using Filecoin.Proving.Groth16;
using Filecoin.Tests.Shared.Groth16;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Aggregation;

/// <summary>Bytes that nobody vouches for are an aggregate, whole and canonical, or they are refused.</summary>
public sealed class AggregateProofTests : IClassFixture<AggregationRoom>
{
    private const int CountAt = (5 * 288) + 48, Rounds = 2, FirstPoint = 5 * 288, FinalA = CountAt + 4 + (Rounds * ((10 * 288) + 96));
    private readonly byte[] _bytes;

    public AggregateProofTests(AggregationRoom room) =>
        _bytes = new SealAggregator(room.Store).Aggregate(room.Config, SnarkPackVersion.V2, room.Sectors(4));

    [Fact]
    public void Sizes_are_the_official_ones()
    {
        Assert.Equal([(2, 5236), (4, 8212), (512, 29044), (8192, 40948)], ((int[])[2, 4, 512, 8192]).Select(n => (n, AggregateProof.SizeOf(n))));
        Assert.Equal([2, 2, 4, 4, 8, 16, 1024], ((int[])[1, 2, 3, 4, 5, 9, 819]).Select(AggregateProof.PaddedCount));
        Assert.All([0, 1, 3, 1 << 21], n => Assert.Throws<ArgumentOutOfRangeException>(() => AggregateProof.SizeOf(n)));
        Assert.All([0, -1, (1 << 20) + 1], n => Assert.Throws<ArgumentOutOfRangeException>(() => AggregateProof.PaddedCount(n)));
    }

    [Fact]
    public void What_is_read_is_written()
    {
        var aggregate = AggregateProof.Read(_bytes);
        Assert.Equal(4, aggregate.Proofs);
        Assert.Equal(_bytes, aggregate.ToBytes());
    }

    [Fact]
    public void Other_lengths_are_refused() => Prop.ForAll(
        Gen.Choose(0, _bytes.Length + 600).Where(length => length != _bytes.Length).ToArbitrary(), length =>
        {
            var other = new byte[length];
            _bytes.AsSpan(0, Math.Min(length, _bytes.Length)).CopyTo(other);
            Assert.Throws<MalformedProofException>(() => AggregateProof.Read(other));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0U)]
    [InlineData(1U)]
    [InlineData(3U)]
    [InlineData(8U)]
    [InlineData(1U << 21)]
    [InlineData(uint.MaxValue)]
    public void Other_numbers_of_proofs_are_refused(uint count)
    {
        var changed = (byte[])_bytes.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(CountAt), count);
        Assert.Throws<MalformedProofException>(() => AggregateProof.Read(changed));
    }

    [Fact]
    public void Elements_outside_their_groups_are_refused()
    {
        AssertRefused(0, PointDecodingError.NonCanonicalCoordinate, bytes => bytes[..48].Fill(0xff));
        AssertRefused(0, PointDecodingError.NotInSubgroup, bytes => bytes[0] ^= 1);
        AssertRefused(FirstPoint, PointDecodingError.CompressionFlag, bytes => bytes[0] &= 0x7f);
        AssertRefused(FirstPoint, PointDecodingError.NotInSubgroup, bytes => StrayPoint.OutsideSubgroup().CopyTo(bytes));
        AssertRefused(FinalA, PointDecodingError.InfinityEncoding, bytes => bytes[0] |= 0x40);
        AssertRefused(FinalA + 48, PointDecodingError.NonCanonicalCoordinate, bytes => bytes[..96].Fill(0x9f));
    }

    private delegate void Change(Span<byte> bytes);

    private void AssertRefused(int at, PointDecodingError expected, Change change)
    {
        var changed = (byte[])_bytes.Clone();
        change(changed.AsSpan(at));
        var error = Assert.Throws<MalformedProofException>(() => AggregateProof.Read(changed));
        Assert.Equal((at, expected), (error.Offset, Assert.IsType<PointDecodingException>(error.InnerException).Error));
    }
}
