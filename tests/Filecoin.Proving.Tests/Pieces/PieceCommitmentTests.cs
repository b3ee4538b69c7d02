using System.Security.Cryptography;
using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Pieces;

public class PieceCommitmentTests
{
    [Fact]
    public void CommP_is_the_tree_over_the_padded_data_for_any_length() =>
        Prop.ForAll(Gen.OneOf(Gen.Choose(0, 3000), Gen.Choose(0, 60_000)).ToArbitrary(), length =>
        {
            var data = Fr32Tests.Pattern(length);
            var expected = ByDefinition(data);
            Assert.Equal(expected, PieceCommitment.Compute(data));
            var (piece, read) = PieceCommitment.ComputeAsync(new Trickle(data)).GetAwaiter().GetResult();
            Assert.Equal((expected, (long)length), (piece, read));
        }).QuickCheckThrowOnFailure();

    /// <summary>Around the chunk of 1,040,384 bytes in which a stream is read.</summary>
    [Theory]
    [InlineData(1_040_383, 1)]
    [InlineData(1_040_384, 1)]
    [InlineData(1_040_385, 2)]
    [InlineData(2_080_768, 1)]
    [InlineData(3_200_000, 1)]
    [InlineData(5_000_001, 3)]
    public async Task CommP_does_not_depend_on_how_the_stream_is_cut(int length, int degree)
    {
        var data = Fr32Tests.Pattern(length);
        var expected = ByDefinition(data);
        var reports = new List<long>();
        var (piece, read) = await PieceCommitment.ComputeAsync(
            new Trickle(data), new PieceOptions { DegreeOfParallelism = degree }, new Reports(reports.Add));
        Assert.Equal((expected, (long)length), (piece, read));
        Assert.Equal(expected, PieceCommitment.Compute(data));
        Assert.Equal(length, reports[^1]);
        Assert.Equal(reports.Order(), reports);
    }

    [Theory]
    [InlineData(126, PieceFault.EndsEarly, "the end after 126")]
    [InlineData(0, PieceFault.EndsEarly, "the end after 0")]
    [InlineData(128, PieceFault.RunsOver, "more")]
    public async Task A_stream_that_does_not_fill_the_piece_exactly_is_refused(int length, PieceFault fault, string found)
    {
        var error = await Assert.ThrowsAsync<PieceException>(
            () => PieceCommitment.ComputeAsync(new MemoryStream(new byte[length]), PieceSize.FromPadded(128)));
        Assert.Equal((fault, null, "127 bytes of data", found), (error.Fault, error.Index, error.Expected, error.Found));
    }

    [Fact]
    public async Task Cancellation_ends_the_work()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Reports(_ => cancellation.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PieceCommitment.ComputeAsync(
            new Endless(), new PieceOptions { DegreeOfParallelism = 2 }, progress, cancellation.Token));
    }

    [Theory]
    [InlineData(0, 128)]
    [InlineData(1, 128)]
    [InlineData(127, 128)]
    [InlineData(128, 256)]
    [InlineData(1016, 1024)]
    [InlineData(1017, 2048)]
    [InlineData(34_091_302_912, 34_359_738_368)]
    [InlineData(34_091_302_913, 68_719_476_736)]
    public void The_smallest_piece_that_holds_so_much(long data, long padded) =>
        Assert.Equal(padded, PieceSize.Holding(data).Padded);

    [Theory]
    [InlineData(0)]
    [InlineData(-128)]
    [InlineData(64)]
    [InlineData(129)]
    [InlineData(384)]
    public void A_size_that_no_piece_has_is_refused(long padded)
    {
        Assert.Equal(PieceFault.Size, Assert.Throws<PieceException>(() => PieceSize.FromPadded(padded)).Fault);
        Assert.Equal(PieceFault.Size, Assert.Throws<PieceException>(() => PieceSize.FromUnpadded(padded)).Fault);
        Assert.Equal(PieceFault.Size, Assert.Throws<PieceException>(() => PieceSize.FromUnpadded(127 * 3)).Fault);
    }

    [Fact]
    public void The_piece_CID_of_a_known_piece()
    {
        // Zeros that fill 32 GiB: the CommD of committed capacity, known all over the network.
        var piece = PieceInfo.Zeros(PieceSize.FromPadded(32L << 30));
        Assert.Equal("baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq", piece.Cid.ToString());
    }

    /// <summary>The tree as its definition reads: no chunks, no streams, the platform's SHA-256.</summary>
    internal static PieceInfo ByDefinition(byte[] data)
    {
        var size = PieceSize.Holding(data.Length);
        var row = new byte[size.Padded];
        Fr32.PadToEnd(data, row.AsSpan(0, (int)Fr32.PaddedLength(data.Length)));
        while (row.Length > 32)
        {
            var parents = new byte[row.Length / 2];
            for (var i = 0; i < parents.Length; i += 32)
            {
                SHA256.HashData(row.AsSpan(2 * i, 64), parents.AsSpan(i, 32));
                parents[i + 31] &= 0x3f;
            }

            row = parents;
        }

        return new PieceInfo(Commitment.FromBytes(row), size);
    }

    /// <summary>Gives a little at a time, as a network does.</summary>
    private sealed class Trickle(byte[] data) : MemoryStream(data)
    {
        private int turn;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1 + (turn++ * 7919 % 100_003))]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));
    }

    private sealed class Endless : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(buffer.Length);
    }

    private sealed class Reports(Action<long> action) : IProgress<long>
    {
        public void Report(long value) => action(value);
    }
}
