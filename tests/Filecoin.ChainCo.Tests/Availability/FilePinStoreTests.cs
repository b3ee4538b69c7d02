using Filecoin.ChainCo.Availability;

namespace Filecoin.ChainCo.Tests.Availability;

public sealed class FilePinStoreTests : IDisposable
{
    private readonly WorkDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, "pins");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Claims_and_moves_outlive_the_process()
    {
        await using (var store = FilePinStore.Open(File))
        {
            Assert.Equal("n0", await store.ClaimAsync(PinKind.Sender, "f01000", "n0"));
            Assert.Equal("a", await store.ClaimAsync(PinKind.Block, "f01000/7", "a"));
            Assert.True(await store.MoveAsync(PinKind.Sender, "f01000", "n0", "n1"));
            Assert.False(await store.MoveAsync(PinKind.Sender, "f01000", "n0", "n2"));
        }

        await using var again = FilePinStore.Open(File);
        Assert.Equal("n1", await again.FindAsync(PinKind.Sender, "f01000"));
        Assert.Equal("a", await again.ClaimAsync(PinKind.Block, "f01000/7", "b"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task A_claim_is_on_the_disk_when_it_is_told()
    {
        await using var store = FilePinStore.Open(File);
        await store.ClaimAsync(PinKind.Block, "f01000/7", "a\"\n é");
        string copy = File + ".copy";
        // As a killed process leaves it.
        System.IO.File.WriteAllBytes(copy, ReadShared());
        await using var other = FilePinStore.Open(copy);
        Assert.Equal("a\"\n é", await other.FindAsync(PinKind.Block, "f01000/7"));
    }

    [Fact]
    public async Task A_line_cut_off_anywhere_is_dropped_and_the_ones_before_it_stay()
    {
        await using (var store = FilePinStore.Open(File))
        {
            await store.ClaimAsync(PinKind.Block, "one", "1");
            await store.ClaimAsync(PinKind.Block, "two", "2");
        }

        byte[] whole = await System.IO.File.ReadAllBytesAsync(File);
        int first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int length = first; length < whole.Length; length++)
        {
            await System.IO.File.WriteAllBytesAsync(File, whole[..length]);
            await using var store = FilePinStore.Open(File);
            Assert.Equal("1", await store.FindAsync(PinKind.Block, "one"));
            Assert.Null(await store.FindAsync(PinKind.Block, "two"));
            Assert.Equal("3", await store.ClaimAsync(PinKind.Block, "two", "3"));
        }
    }

    [Fact]
    public async Task Damage_is_told_and_nothing_is_decided_on_it()
    {
        await using (var store = FilePinStore.Open(File))
        {
            await store.ClaimAsync(PinKind.Block, "one", "1");
            await store.ClaimAsync(PinKind.Block, "two", "2");
        }

        byte[] whole = await System.IO.File.ReadAllBytesAsync(File);
        for (int at = 0; at < whole.Length - 1; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 1;
            await System.IO.File.WriteAllBytesAsync(File, damaged);
            Assert.Throws<PinStoreException>(() => FilePinStore.Open(File));
        }
    }

    [Fact]
    public async Task A_second_process_is_refused()
    {
        await using var store = FilePinStore.Open(File);
        Assert.Contains("another coordinator", Assert.Throws<PinStoreException>(() => FilePinStore.Open(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_replaced_goes_when_the_file_is_opened()
    {
        await using (var store = FilePinStore.Open(File))
        {
            await store.ClaimAsync(PinKind.Sender, "f01000", "n0");
            await store.ClaimAsync(PinKind.Block, "f01000/7", "a");
        }

        byte[] lines = await System.IO.File.ReadAllBytesAsync(File);
        await using (var file = new FileStream(File, FileMode.Append))
        {
            for (int i = 0; i < 6000; i++)
                file.Write(lines);
        }

        for (int i = 0; i < 2; i++)
        {
            await using var again = FilePinStore.Open(File);
            Assert.Equal(lines.Length, new FileInfo(File).Length);
            Assert.Equal(("n0", "a"), (await again.FindAsync(PinKind.Sender, "f01000"), await again.FindAsync(PinKind.Block, "f01000/7")));
            Assert.Throws<PinStoreException>(() => FilePinStore.Open(File));
        }

        Assert.Single(Directory.GetFiles(_directory.Path));
    }

    private byte[] ReadShared()
    {
        // The store's lock is advisory on Unix; a copy by another program reads past it.
        using var copy = System.Diagnostics.Process.Start("/bin/cp", [File, File + ".raw"]);
        copy.WaitForExit();
        return System.IO.File.ReadAllBytes(File + ".raw");
    }
}
