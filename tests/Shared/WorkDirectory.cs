namespace Filecoin.Tests.Shared;

/// <summary>A temporary directory that goes away with the object.</summary>
internal sealed class WorkDirectory : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("filecoin-test-");

    public string Path => directory.FullName;

    public void Dispose() => directory.Delete(recursive: true);
}
