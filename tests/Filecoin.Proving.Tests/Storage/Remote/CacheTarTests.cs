using System.Formats.Tar;
using System.Security.Cryptography;
using Filecoin.Proving.Storage.Remote;
using FsCheck;
using FsCheck.Fluent;

namespace Filecoin.Proving.Tests.Storage.Remote;

public sealed class CacheTarTests : IDisposable
{
    private readonly WorkDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task A_directory_comes_back_as_it_was_and_any_tar_reads_ours()
    {
        string from = Fill(("p_aux", 64), ("sc-02-data-tree-r-last-0.dat", 512), ("sc-02-data-tree-d.dat", 1000), ("t_aux", 1));
        using var tar = new MemoryStream();
        await CacheTar.WriteAsync(from, tar, default);
        string to = Path.Combine(_work.Path, "to");
        Assert.Equal(1577, await new CacheTarReader(new MemoryStream(tar.ToArray()), 1577).ExtractAsync(to, default));
        foreach (string file in Directory.EnumerateFiles(from))
            Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(Path.Combine(to, Path.GetFileName(file))));

        tar.Position = 0;
        using var reader = new TarReader(tar);
        var names = new List<string>();
        while (await reader.GetNextEntryAsync() is { } entry)
            names.Add(entry.Name);
        Assert.Equal(["p_aux", "sc-02-data-tree-d.dat", "sc-02-data-tree-r-last-0.dat", "t_aux"], names);
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public async Task The_forms_of_other_writers_are_read(TarEntryFormat format)
    {
        byte[] data = RandomNumberGenerator.GetBytes(700);
        byte[] tar = Tar(format, ("p_aux", TarEntryType.RegularFile, data), ("t_aux", TarEntryType.RegularFile, data));
        string to = Path.Combine(_work.Path, "to");
        await new CacheTarReader(new MemoryStream(tar), 1 << 20).ExtractAsync(to, default);
        Assert.Equal(data, await File.ReadAllBytesAsync(Path.Combine(to, "p_aux")));

        // Lotus writes no end mark; there t_aux is the last file.
        int end = tar.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        await new CacheTarReader(new MemoryStream(tar[..end]), 1 << 20).ExtractAsync(Path.Combine(_work.Path, "again"), default);
    }

    [Theory]
    [InlineData("../p_aux")]
    [InlineData("/etc/passwd")]
    [InlineData("cache/p_aux")]
    [InlineData("p_aux.partial")]
    [InlineData("sc-02-data-tree-r-last-999.dat")]
    [InlineData("authorized_keys")]
    public async Task Names_that_no_cache_has_are_refused(string name) =>
        await RefusedAsync(Tar(TarEntryFormat.Ustar, ("t_aux", TarEntryType.RegularFile, new byte[1]), (name, TarEntryType.RegularFile, new byte[10])));

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Directory)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public async Task Only_plain_files_are_taken(TarEntryType type) => await RefusedAsync(Tar(TarEntryFormat.Ustar, ("p_aux", type, [])));

    [Fact]
    public async Task Lengths_beyond_the_limit_are_refused_before_they_are_written()
    {
        byte[] header = new byte[512];
        CacheTar.Format(header, "sc-02-data-tree-d.dat", 1L << 40);
        await RefusedAsync(header);
        header[125] = 0xff;
        await RefusedAsync(header);
        await RefusedAsync(Tar(TarEntryFormat.Ustar, ("p_aux", TarEntryType.RegularFile, new byte[64]), ("p_aux", TarEntryType.RegularFile, new byte[64])));
        await RefusedAsync(new byte[1024]);
    }

    [Fact]
    public async Task A_tar_that_ends_anywhere_is_never_taken_for_whole()
    {
        byte[] tar = Tar(TarEntryFormat.Ustar, ("p_aux", TarEntryType.RegularFile, new byte[64]), ("sc-02-data-tree-r-last.dat", TarEntryType.RegularFile, new byte[600]));
        int end = 512 + 512 + 512 + 1024;
        for (int length = 0; length < end + 512; length += 37)
            await Assert.ThrowsAnyAsync<IOException>(() => new CacheTarReader(new MemoryStream(tar[..length]), 1 << 20).ExtractAsync(Fresh(), default));
    }

    [Fact]
    public void Any_bytes_end_in_a_typed_error_or_in_cache_files()
    {
        byte[] good = Tar(TarEntryFormat.Pax, ("p_aux", TarEntryType.RegularFile, new byte[64]), ("t_aux", TarEntryType.RegularFile, new byte[600]));
        Prop.ForAll(
            Gen.Zip(Gen.Choose(0, good.Length - 1), Gen.Choose(0, 255)).ListOf(6).ToArbitrary(),
            changes =>
            {
                byte[] bytes = [.. good];
                foreach ((int at, int value) in changes)
                    bytes[at] = (byte)value;
                string to = Fresh();
                try
                {
                    new CacheTarReader(new MemoryStream(bytes), 1 << 20).ExtractAsync(to, default).GetAwaiter().GetResult();
                    return Directory.EnumerateFileSystemEntries(to, "*", SearchOption.AllDirectories).All(file => CacheTar.IsCacheFile(Path.GetFileName(file)));
                }
                catch (IOException)
                {
                    return true;
                }
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private async Task RefusedAsync(byte[] tar)
    {
        string to = Fresh();
        RemoteStorageException refused = await Assert.ThrowsAsync<RemoteStorageException>(() => new CacheTarReader(new MemoryStream(tar), 1 << 20).ExtractAsync(to, default));
        Assert.Equal(RemoteFault.Invalid, refused.Fault);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_work.Path, "*", SearchOption.AllDirectories), path => path.EndsWith("passwd", StringComparison.Ordinal));
    }

    private string Fresh() => Path.Combine(_work.Path, Guid.NewGuid().ToString("n"));

    private string Fill(params (string Name, int Length)[] files)
    {
        string directory = Directory.CreateDirectory(Fresh()).FullName;
        foreach ((string name, int length) in files)
            File.WriteAllBytes(Path.Combine(directory, name), RandomNumberGenerator.GetBytes(length));
        return directory;
    }

    private static byte[] Tar(TarEntryFormat format, params (string Name, TarEntryType Type, byte[] Data)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, format, leaveOpen: true))
        {
            foreach ((string name, TarEntryType type, byte[] data) in entries)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Pax => new PaxTarEntry(type, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(type, name),
                    _ => new UstarTarEntry(type, name),
                };
                if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                    entry.LinkName = "/etc/passwd";
                if (type == TarEntryType.RegularFile)
                    entry.DataStream = new MemoryStream(data);
                writer.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }
}
