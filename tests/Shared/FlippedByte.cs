namespace Filecoin.Tests.Shared;

/// <summary>A file with one byte changed, until the object is disposed.</summary>
internal sealed class FlippedByte : IDisposable
{
    private readonly string path;
    private readonly long offset;

    public FlippedByte(string path, long offset)
    {
        this.path = path;
        this.offset = offset;
        Flip();
    }

    public void Dispose() => Flip();

    private void Flip()
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 1));
    }
}
