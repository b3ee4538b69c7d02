using Filecoin.Proving.Storage;

namespace Filecoin.Proving.Tests.Storage;

public sealed class PendingFileTests : IDisposable
{
    private readonly WorkDirectory work = new();

    private string Target => Path.Combine(work.Path, "file");

    public void Dispose() => work.Dispose();

    [Fact]
    public void The_name_appears_with_the_commit()
    {
        using var file = PendingFile.Create(Target, 100);
        file.Write(new byte[] { 1, 2, 3 }, 97);
        Assert.False(File.Exists(Target));
        Assert.Equal(100, new FileInfo(file.TemporaryPath).Length);
        file.Commit();
        Assert.False(File.Exists(file.TemporaryPath));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Target)[97..]);
    }

    [Fact]
    public void Without_a_commit_nothing_remains_and_an_older_file_stays()
    {
        File.WriteAllText(Target, "older");
        using (var file = PendingFile.Create(Target, 10)) file.Write(new byte[10], 0);
        Assert.Equal(["file"], Directory.GetFiles(work.Path).Select(Path.GetFileName));
        Assert.Equal("older", File.ReadAllText(Target));
    }

    [Fact]
    public void What_a_killed_attempt_left_is_written_over()
    {
        File.WriteAllBytes(Target + PendingFile.TemporarySuffix, new byte[5000]);
        PendingFile.WriteAllBytes(Target, [7]);
        Assert.Equal([7], File.ReadAllBytes(Target));
    }

    [Fact]
    public void Writes_outside_the_file_are_refused()
    {
        using var file = PendingFile.Create(Target, 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Write(new byte[3], 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Write(new byte[3], -1));
    }

    [SmallDiskFact]
    public void A_full_disk_is_told_before_the_work_and_leaves_nothing()
    {
        using var disk = SmallDisk.Mount(1 << 20);
        var path = Path.Combine(disk.Path, "file");
        var error = Assert.Throws<DiskFullException>(() => PendingFile.Create(path, 2 << 20));
        Assert.Equal((path, 2L << 20, true), (error.Path, error.Bytes, error.IsTransient));
        Assert.Empty(Directory.GetFiles(disk.Path));
        PendingFile.WriteAllBytes(path, new byte[1 << 19]);
        Assert.Throws<DiskFullException>(() => PendingFile.WriteAllBytes(path, new byte[1 << 20]));
        Assert.Equal(1 << 19, new FileInfo(path).Length);
    }
}
