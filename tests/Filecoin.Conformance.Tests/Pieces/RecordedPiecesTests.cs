using Filecoin.Proving.Pieces;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Pieces;

public class RecordedPiecesTests
{
    [Fact]
    public async Task CommP_of_every_recorded_piece()
    {
        var count = 0;
        foreach (var json in GoldenVectors.JsonLines("pieces.jsonl"))
        {
            var unpadded = json.GetProperty("unpadded").GetInt64();
            var data = json.GetProperty("zeros").GetBoolean() ? new byte[unpadded] : DerivedData.Piece(unpadded);
            var commP = Commitment.Parse(json.GetProperty("comm_p").GetString()!);
            var size = PieceSize.FromUnpadded(unpadded);
            Assert.Equal(new PieceInfo(commP, size), PieceCommitment.Compute(data));
            Assert.Equal(new PieceInfo(commP, size), await PieceCommitment.ComputeAsync(new MemoryStream(data), size));
            Assert.Equal((new PieceInfo(commP, size), unpadded), await PieceCommitment.ComputeAsync(new MemoryStream(data)));
            if (json.GetProperty("zeros").GetBoolean())
                Assert.Equal(commP, ZeroCommitments.OfPiece(size));
            count++;
        }

        Assert.True(count > 10);
    }

    [Theory]
    [MemberData(nameof(GoldenVectors.Sectors), MemberType = typeof(GoldenVectors))]
    public async Task The_staged_file_and_CommD_of_every_recorded_sector(string sector)
    {
        var meta = GoldenVectors.Meta(sector);
        var recorded = meta.Pieces.ToList();
        var directory = Directory.CreateTempSubdirectory("staged-");
        try
        {
            var path = Path.Combine(directory.FullName, "staged");
            var zeros = sector.EndsWith("-cc", StringComparison.Ordinal);
            var sources = recorded.Select(p => new PieceSource(
                new MemoryStream(zeros ? new byte[p.UnpaddedSize] : DerivedData.SectorPiece(p.DataLabel!.Value, p.UnpaddedSize)),
                PieceSize.FromUnpadded(p.UnpaddedSize)) { ExpectedCommP = p.CommP });
            var staged = await StagedSector.WriteAsync(path, meta.Size, [.. sources]);
            Assert.Equal(meta.CommD, staged.CommD);
            Assert.Equal(recorded.Select(p => p.CommP), staged.Pieces.Select(p => p.Piece.CommP));
            Assert.True(DataCommitment.Verify(meta.CommD, meta.Size, [.. staged.Pieces.Select(p => p.Piece)]));
            if (meta.Size.Bytes < 1 << 20)
                Assert.Equal(GoldenVectors.SectorFile(sector, "staged"), await File.ReadAllBytesAsync(path));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
