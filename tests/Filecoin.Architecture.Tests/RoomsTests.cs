using System.Reflection;
using System.Text.RegularExpressions;

namespace Filecoin.Architecture.Tests;

/// <summary>The house rules of ARCHITECTURE.md that a compiler does not check.</summary>
public sealed partial class RoomsTests
{
    public static TheoryData<string> Libraries => [.. Repository.Libraries];

    [Theory]
    [InlineData("Filecoin.Native", "")]
    [InlineData("Filecoin.ChainCo", "")]
    [InlineData("Filecoin.Proving", "Filecoin.Native Filecoin.ChainCo")]
    [InlineData("Filecoin.Sealing", "Filecoin.Native Filecoin.ChainCo Filecoin.Proving")]
    public void Arrows_point_down_only(string library, string allowed)
    {
        var referenced = Assembly.Load(library).GetReferencedAssemblies().Select(a => a.Name!)
            .Where(n => n.StartsWith("Filecoin.", StringComparison.Ordinal));
        Assert.Empty(referenced.Except(allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Theory, MemberData(nameof(Libraries))]
    public void A_folder_is_a_namespace(string library)
    {
        var wrong = from file in Repository.Files(library)
                    let folder = Path.GetDirectoryName(file.Path)!.Replace('/', '.')
                    let expected = folder.Length == 0 ? library : $"{library}.{folder}"
                    let declared = NamespaceDeclaration().Match(file.Text)
                    where declared.Success && declared.Groups[1].Value != expected
                    select $"{file.Path}: {declared.Groups[1].Value}, expected {expected}";
        Assert.Empty(wrong);
    }

    [Theory, MemberData(nameof(Libraries))]
    public void Unsafe_code_lives_in_Interop_alone(string library)
    {
        var wrong = from file in Repository.Files(library)
                    where !(library == "Filecoin.Native" && file.Path.StartsWith("Interop/", StringComparison.Ordinal))
                    where UnsafeKeyword().IsMatch(Comments().Replace(file.Text, ""))
                    select file.Path;
        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex(@"\b(unsafe|fixed\s*\(|stackalloc\s+\w+\s*\*)\b")]
    private static partial Regex UnsafeKeyword();

    [GeneratedRegex(@"//[^\n]*|""(?:[^""\\\n]|\\.)*""")]
    private static partial Regex Comments();
}
