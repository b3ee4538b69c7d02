using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Tests.Storage;

public class StorageLayoutTests
{
    [Theory]
    [InlineData(SectorFileType.Unsealed, 1, "unsealed")]
    [InlineData(SectorFileType.Sealed, 2, "sealed")]
    [InlineData(SectorFileType.Cache, 4, "cache")]
    [InlineData(SectorFileType.Update, 8, "update")]
    [InlineData(SectorFileType.UpdateCache, 16, "update-cache")]
    [InlineData(SectorFileType.Piece, 32, "piece")]
    public void Kinds_have_the_numbers_and_directories_of_the_storage_index(SectorFileType type, int number, string directory)
    {
        Assert.Equal(number, (int)type);
        Assert.Equal(directory, StorageLayout.DirectoryOf(type));
        Assert.True(StorageLayout.TryParse(directory, out var parsed));
        Assert.Equal(type, parsed);
        Assert.Equal(
            Path.Combine("store", directory, "s-t01000-7"),
            StorageLayout.PathOf("store", type, new SectorId(1000, new SectorNumber(7))));
    }

    [Fact]
    public void A_sector_of_32_GiB_takes_sixteen_times_its_size_while_it_is_sealed()
    {
        const SectorFileType sealing = SectorFileType.Unsealed | SectorFileType.Sealed | SectorFileType.Cache;
        Assert.Equal((32L << 30) * 161 / 10, StorageLayout.SealingBytes(sealing, SectorSize.GiB32));
        Assert.Equal((32L << 30) * 11 / 10, StorageLayout.FinalizedBytes(SectorFileType.Sealed | SectorFileType.Cache, SectorSize.GiB32));
        Assert.Equal(0, StorageLayout.SealingBytes(SectorFileType.None, SectorSize.GiB32));
    }

    [Theory]
    [InlineData(SectorFileType.None)]
    [InlineData(SectorFileType.Sealed | SectorFileType.Cache)]
    [InlineData((SectorFileType)64)]
    public void A_path_is_of_one_kind(SectorFileType type) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StorageLayout.DirectoryOf(type));

    [Fact]
    public void Another_directory_has_no_kind() => Assert.False(StorageLayout.TryParse("layers", out _));
}
