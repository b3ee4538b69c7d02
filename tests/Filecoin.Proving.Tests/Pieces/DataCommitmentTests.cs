using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Pieces;

public class DataCommitmentTests
{
    [Fact]
    public void CommD_of_pieces_is_CommP_of_the_sector_that_holds_them() =>
        Prop.ForAll(PieceSizes().ToArbitrary(), sizes =>
        {
            var sector = SectorSize.KiB16;
            var whole = new byte[sector.UnpaddedBytes];
            var pieces = new List<PieceInfo>();
            foreach (var size in sizes)
            {
                var written = pieces.Count == 0 ? 0 : DataCommitment.Place(sector, pieces)[^1] is var last
                    ? last.UnpaddedOffset + last.Piece.Size.Unpadded : 0;
                var start = written + PieceAlignment.For(written, size.Unpadded).Left;
                if (start + size.Unpadded > whole.Length)
                    break;
                var data = Fr32Tests.Pattern((int)size.Unpadded);
                data.CopyTo(whole, start);
                pieces.Add(PieceCommitment.Compute(data));
                Assert.Equal(start, DataCommitment.Place(sector, pieces)[^1].UnpaddedOffset);
            }

            Assert.Equal(PieceCommitment.Compute(whole).CommP, DataCommitment.Compute(sector, pieces));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 127, 0, 0)]
    [InlineData(127, 127, 0, 0)]
    [InlineData(127, 254, 127, 0)]
    [InlineData(127, 508, 381, 0)]
    [InlineData(508, 1016, 508, 0)]
    [InlineData(381, 254, 127, 0)]
    [InlineData(0, 200, 0, 54)]
    [InlineData(300, 300, 208, 208)]
    public void Alignment_as_the_official_get_piece_alignment(long written, long piece, long left, long right) =>
        Assert.Equal(new PieceAlignment(left, right), PieceAlignment.For(written, piece));

    [Fact]
    public void Pieces_with_their_alignment_add_up()
    {
        Assert.Equal(0, PieceAlignment.Total());
        Assert.Equal(127 + 127 + 254, PieceAlignment.Total(127, 254));
        Assert.Equal(1016 + 508 + 508 + 1016, PieceAlignment.Total(1016, 508, 1016));
    }

    [Fact]
    public void A_sector_without_pieces_is_zeros()
    {
        foreach (var size in SectorSize.All)
            Assert.Equal(ZeroCommitments.OfSector(size), DataCommitment.Compute(size));
        Assert.Equal("077e5fde35c50a9303a55009e3498a4ebedff39c42b710b730d8ec7ac7afa63e", ZeroCommitments.OfSector(SectorSize.GiB32).ToString());
    }

    [Fact]
    public void Pieces_that_do_not_fit_are_refused_with_their_place()
    {
        var kib = PieceInfo.Zeros(PieceSize.FromPadded(1024));
        var small = PieceInfo.Zeros(PieceSize.FromPadded(128));
        var error = Assert.Throws<PieceException>(() => DataCommitment.Compute(SectorSize.KiB2, kib, small, kib));
        Assert.Equal((PieceFault.OverCapacity, 2), (error.Fault, error.Index));
        Assert.Throws<PieceException>(() => DataCommitment.Compute(SectorSize.KiB2, PieceInfo.Zeros(PieceSize.FromPadded(4096))));
    }

    [Fact]
    public void The_order_of_pieces_matters()
    {
        var one = PieceCommitment.Compute(Fr32Tests.Pattern(127));
        var other = PieceInfo.Zeros(one.Size);
        Assert.True(DataCommitment.Verify(DataCommitment.Compute(SectorSize.KiB2, one, other), SectorSize.KiB2, one, other));
        Assert.False(DataCommitment.Verify(DataCommitment.Compute(SectorSize.KiB2, one, other), SectorSize.KiB2, other, one));
    }

    private static Gen<PieceSize[]> PieceSizes() =>
        Gen.Choose(0, 6).Select(k => PieceSize.FromPadded(128L << k)).ListOf().Select(sizes => sizes.ToArray());
}
