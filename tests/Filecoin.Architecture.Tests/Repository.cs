using System.Reflection;

namespace Filecoin.Architecture.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static readonly string[] Libraries = ["Filecoin.Native", "Filecoin.ChainCo", "Filecoin.Proving", "Filecoin.Sealing"];

    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public static string SourceOf(string library) => Path.Combine(Root, "src", library);

    /// <summary>The hand-written C# files of a library, as (path from the library's folder, text).</summary>
    public static IEnumerable<(string Path, string Text)> Files(string library)
    {
        var root = SourceOf(library);
        foreach (var path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var relative = Path.GetRelativePath(root, path).Replace('\\', '/');
            if (!relative.StartsWith("bin/", StringComparison.Ordinal) && !relative.StartsWith("obj/", StringComparison.Ordinal))
                yield return (relative, File.ReadAllText(path));
        }
    }
}
