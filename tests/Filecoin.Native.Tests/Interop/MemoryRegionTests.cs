using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Native.Interop;

namespace Filecoin.Native.Tests.Interop;

public sealed class MemoryRegionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("region").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string File(string name) => Path.Combine(_directory, name);

    [Fact]
    public void Allocated_memory_is_zero_and_aligned()
    {
        for (var length = 0; length < 200; length += 13)
        {
            using var region = MemoryRegion.Allocate(length);
            Assert.Equal(length, region.Length);
            Assert.Equal(-1, region.ReadOnlySpan(0, length).IndexOfAnyExcept((byte)0));
            ref readonly var first = ref MemoryMarshal.GetReference(region.ReadOnlySpan(0, length));
            Assert.Equal(0, Unsafe.ByteOffset(in Unsafe.NullRef<byte>(), in first) % 64);
        }
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 101)]
    [InlineData(100, 1)]
    [InlineData(101, 0)]
    [InlineData(50, -1)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MinValue, 1)]
    public void Ranges_outside_are_refused(long offset, int length)
    {
        using var region = MemoryRegion.Allocate(100);
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Span(offset, length).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => region.ReadOnlySpan(offset, length).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Advise(MemoryAdvice.WillNeed, offset, length));
    }

    [Fact]
    public void The_end_is_an_empty_range()
    {
        using var region = MemoryRegion.Allocate(100);
        Assert.True(region.Span(100, 0).IsEmpty);
    }

    [Fact]
    public void Elements_are_the_bytes_of_the_region()
    {
        using var region = MemoryRegion.Allocate(64);
        region.Elements<ulong>(1, 7)[6] = 0x0102030405060708;
        Assert.Equal(8, region.ReadOnlySpan(56, 1)[0]);
        Assert.Equal(0x0102030405060708UL, region.ReadOnlyElements<ulong>(7, 1)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Elements<ulong>(1, 8).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => region.ReadOnlyElements<ulong>(-1, 1).Length);
        Assert.Throws<OverflowException>(() => region.Elements<ulong>(long.MaxValue / 2, 1).Length);
    }

    [Fact]
    public void A_negative_length_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryRegion.Allocate(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryRegion.CreateMapped(File("none"), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryRegion.CreateMapped(File("none"), -5));
        Assert.False(System.IO.File.Exists(File("none")));
    }

    [Fact]
    public void Written_bytes_reach_the_file()
    {
        using (var region = MemoryRegion.CreateMapped(File("data"), 10_000))
        {
            Assert.Equal(-1, region.ReadOnlySpan(0, 10_000).IndexOfAnyExcept((byte)0));
            region.Span(9_990, 10).Fill(7);
            region.Flush();
        }

        var bytes = System.IO.File.ReadAllBytes(File("data"));
        Assert.Equal(10_000, bytes.Length);
        Assert.Equal(10, bytes.Count(b => b == 7));
        Assert.Equal(7, bytes[^1]);

        using var again = MemoryRegion.Map(File("data"), MapAccess.ReadWrite, 9_000, 1_000);
        Assert.Equal(7, again.ReadOnlySpan(999, 1)[0]);
        again.Span(0, 1)[0] = 9;
        again.Flush();
        Assert.Equal(9, System.IO.File.ReadAllBytes(File("data"))[9_000]);
    }

    [Fact]
    public void Any_byte_offset_can_be_mapped()
    {
        var bytes = new byte[20_000];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        System.IO.File.WriteAllBytes(File("data"), bytes);
        foreach (var offset in new[] { 0, 1, 31, 4095, 4096, 4097, 19_999, 20_000 })
        {
            using var region = MemoryRegion.Map(File("data"), MapAccess.Read, offset);
            Assert.Equal(bytes.Length - offset, region.Length);
            Assert.True(region.ReadOnlySpan(0, (int)region.Length).SequenceEqual(bytes.AsSpan(offset)));
        }
    }

    [Fact]
    public void A_truncated_file_is_named_with_what_was_expected()
    {
        System.IO.File.WriteAllBytes(File("short"), new byte[100]);
        var e = Assert.Throws<TruncatedFileException>(() => MemoryRegion.Map(File("short"), MapAccess.Read, 40, 61));
        Assert.Equal((File("short"), 40L, 61L, 100L), (e.Path, e.Offset, e.ExpectedLength, e.FoundLength));
        Assert.Throws<TruncatedFileException>(() => MemoryRegion.Map(File("short"), MapAccess.Read, 101));
        Assert.Throws<TruncatedFileException>(() => MemoryRegion.Map(File("short"), MapAccess.Read, 0, long.MaxValue));
        using var whole = MemoryRegion.Map(File("short"), MapAccess.Read, 40, 60);
        Assert.Equal(60, whole.Length);
    }

    [Fact]
    public void A_missing_file_is_an_error()
    {
        Assert.Throws<FileNotFoundException>(() => MemoryRegion.Map(File("missing"), MapAccess.Read));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryRegion.Map(File("missing"), (MapAccess)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryRegion.Map(File("missing"), MapAccess.Read, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryRegion.Map(File("missing"), MapAccess.Read, 0, -2));
    }

    [Fact]
    public void An_empty_file_is_an_empty_region()
    {
        System.IO.File.WriteAllBytes(File("empty"), []);
        using var region = MemoryRegion.Map(File("empty"), MapAccess.Read);
        Assert.Equal(0, region.Length);
        Assert.True(region.ReadOnlySpan(0, 0).IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => region.ReadOnlySpan(0, 1).Length);
    }

    [Fact]
    public void A_read_only_region_refuses_writing()
    {
        System.IO.File.WriteAllBytes(File("data"), new byte[64]);
        using var region = MemoryRegion.Map(File("data"), MapAccess.Read);
        Assert.True(region.IsReadOnly);
        Assert.Throws<InvalidOperationException>(() => region.Span(0, 1).Length);
        Assert.Equal(0, region.ReadOnlySpan(63, 1)[0]);
    }

    [Fact]
    public void A_disposed_region_refuses_everything()
    {
        System.IO.File.WriteAllBytes(File("data"), new byte[64]);
        foreach (var region in new[] { MemoryRegion.Allocate(64), MemoryRegion.Map(File("data"), MapAccess.ReadWrite) })
        {
            region.Dispose();
            region.Dispose();
            Assert.Throws<ObjectDisposedException>(() => region.Span(0, 1).Length);
            Assert.Throws<ObjectDisposedException>(() => region.ReadOnlySpan(0, 0).Length);
            Assert.Throws<ObjectDisposedException>(() => region.Flush());
            Assert.Throws<ObjectDisposedException>(() => region.Advise(MemoryAdvice.Normal, 0, 1));
        }
    }

    [Fact]
    public void Advice_changes_no_byte()
    {
        using var memory = MemoryRegion.Allocate(100_000);
        using var mapped = MemoryRegion.CreateMapped(File("data"), 100_000);
        foreach (var region in new[] { memory, mapped })
        {
            region.Span(0, 100_000).Fill(3);
            foreach (var advice in Enum.GetValues<MemoryAdvice>())
                region.Advise(advice, 10, 99_980);
            Assert.Equal(-1, region.ReadOnlySpan(0, 100_000).IndexOfAnyExcept((byte)3));
            Assert.Throws<ArgumentOutOfRangeException>(() => region.Advise((MemoryAdvice)99, 0, 1));
        }
    }

    [Fact]
    public void Offsets_past_two_gibibytes_are_addressed()
    {
        const long Length = (5L << 30) + 77;
        using (var sparse = new FileStream(File("sparse"), FileMode.CreateNew))
        {
            sparse.SetLength(Length);
        }

        using (var region = MemoryRegion.Map(File("sparse"), MapAccess.ReadWrite))
        {
            Assert.Equal(Length, region.Length);
            region.Span(Length - 1, 1)[0] = 0x5a;
            region.Span((4L << 30) - 1, 2).Fill(0x5b);
            Assert.Equal(0, region.ReadOnlySpan(0, 2)[1]);
        }

        using var tail = MemoryRegion.Map(File("sparse"), MapAccess.Read, (4L << 30) - 1);
        Assert.Equal([0x5b, 0x5b, 0], tail.ReadOnlySpan(0, 3).ToArray());
        Assert.Equal(0x5a, tail.ReadOnlySpan(tail.Length - 1, 1)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => tail.ReadOnlySpan(tail.Length, 1).Length);
    }
}
