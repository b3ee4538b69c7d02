using System.Reflection;

namespace Filecoin.Architecture.Tests;

/// <summary>
/// A library's public surface is a text file beside it, so that every change of it shows in a diff.
/// FILECOIN_UPDATE_PUBLIC_API=1 writes the files anew.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries => [.. Repository.Libraries];

    [Theory, MemberData(nameof(Libraries))]
    public void The_public_surface_is_the_recorded_one(string library)
    {
        var path = Path.Combine(Repository.SourceOf(library), "PublicApi.txt");
        var lines = PublicSurface.Of(Assembly.Load(library)).ToArray();
        if (Environment.GetEnvironmentVariable("FILECOIN_UPDATE_PUBLIC_API") == "1")
            File.WriteAllLines(path, lines);
        var recorded = File.Exists(path) ? File.ReadAllLines(path) : [];
        Assert.Equal(recorded, lines);
    }
}
