using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Filecoin.Native.Fields;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.Tests.Wire;

public sealed class WireFormatTests
{
    private static readonly PoStConfig s_config = PoStConfig.Create(PoStKind.Window, SectorSize.KiB2, ApiVersion.V1_2);

    [Fact]
    public void Errors_say_where_what_was_expected_and_what_was_found()
    {
        var error = Assert.Throws<WireFormatException>(() => SectorProofBincode.Read(new byte[39], s_config));
        Assert.Equal(("PoSt vanilla proof", 8L, "comm_r", "32 bytes", "31"), (error.Document, error.Offset, error.Path, error.Expected, error.Found));
        error = Assert.Throws<WireFormatException>(() => SectorProofBincode.Read(new byte[60], s_config));
        Assert.Equal((40L, "vanilla_proof.sectors", "1 elements", "0"), (error.Offset, error.Path, error.Expected, error.Found));
    }

    [Theory]
    [InlineData("", "$", "JSON")]
    [InlineData("[]", "$", "an object")]
    [InlineData("""{"sector_id":-1}""", "$.sector_id", "an unsigned number")]
    [InlineData("""{"sector_id":1.0}""", "$.sector_id", "an unsigned number")]
    [InlineData("""{"sector_id":"1"}""", "$.sector_id", "an unsigned number")]
    [InlineData("""{"sector_id":1,"sector_id":1}""", "$.sector_id", "the property once")]
    [InlineData("""{"sector_id":1,"other":1}""", "$", "one of the struct's properties")]
    [InlineData("""{"sector_id":1}""", "$.comm_r", "the property")]
    [InlineData("""{"comm_r":[1,2,3]}""", "$.comm_r[3]", "an array of 32")]
    [InlineData("""{"comm_r":[1,256]}""", "$.comm_r[1]", "a number from 0 to 255")]
    [InlineData("""{"comm_r":[1,null]}""", "$.comm_r[1]", "a number from 0 to 255")]
    [InlineData("""{"comm_r":[1,]}""", "$.comm_r[1]", "JSON")]
    [InlineData("""{"vanilla_proof":{"sectors":[]}}""", "$.vanilla_proof.sectors[0]", "an array of 1")]
    [InlineData("""{"vanilla_proof":{"sectors":[{"inclusion_proofs":[{"data":{"Top":1}}]}]}}""", "$.vanilla_proof.sectors[0].inclusion_proofs[0].data", "one of the struct's properties")]
    public void Json_errors_give_the_path(string json, string path, string expected)
    {
        var error = Assert.Throws<WireFormatException>(() => SectorProofJson.Read(Encoding.UTF8.GetBytes(json), s_config));
        Assert.Equal(path, error.Path);
        Assert.Contains(expected, error.Expected + error.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void The_modulus_is_the_first_number_that_is_no_field_element()
    {
        var modulus = MemoryMarshal.AsBytes(Fr.Modulus).ToArray();
        var below = (byte[])modulus.Clone();
        below[0]--;
        var read = new byte[32];
        new BincodeReader(below, "test").FieldElements(read, "node");
        Assert.Equal(below, read);
        Assert.Throws<WireFormatException>(() => { new BincodeReader(modulus, "test").FieldElements(read, "node"); });
    }

    [Fact]
    public void A_stream_longer_than_its_format_is_not_read_to_its_end()
    {
        using var endless = new Zeros();
        var error = Assert.Throws<WireFormatException>(() => { BoundedInput.ReadToEnd(endless, 1 << 20, "test"); });
        Assert.Equal(1L << 20, error.Offset);
        Assert.InRange(endless.Given, 1 << 20, 4 << 20);
        Assert.Equal(100, BoundedInput.ReadToEnd(new MemoryStream(new byte[100]), 100, "test").Length);
    }

    [Fact]
    public void Byte_arrays_are_written_as_serde_does()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new System.Text.Json.Utf8JsonWriter(buffer, SerdeJsonWriter.Options))
            json.WriteByteArray([0, 9, 10, 99, 100, 255]);
        Assert.Equal("[0,9,10,99,100,255]", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private sealed class Zeros : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
