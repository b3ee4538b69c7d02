using System.Diagnostics;

namespace Filecoin.EndToEnd.Tests.ChainProxy;

/// <summary>The demonstration that the README names, shortened.</summary>
[Collection(LocalnetPool.Alone)]
public sealed class ProxyDemoTests : IDisposable
{
    private readonly WorkDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_demonstration_of_the_proxy_loses_no_read()
    {
        var start = new ProcessStartInfo("bash") { WorkingDirectory = Root(), RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { "demo.sh", "--proxy", "--seconds", "2", "--bin", AppContext.BaseDirectory, "--out", Path.Combine(_directory.Path, "demo") })
            start.ArgumentList.Add(argument);
        using Process demo = Process.Start(start)!;
        Task<string> said = demo.StandardOutput.ReadToEndAsync(), complained = demo.StandardError.ReadToEndAsync();
        try
        {
            await demo.WaitForExitAsync().WaitAsync(SampleProcess.Patience);
        }
        finally
        {
            demo.Kill(entireProcessTree: true);
        }

        string all = $"{await said}\n{await complained}";
        Assert.True(demo.ExitCode == 0, all);
        Assert.Contains(", 0 failed;", all, StringComparison.Ordinal);
        Assert.Contains("\napply ", all, StringComparison.Ordinal);
    }

    private static string Root()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "demo.sh")))
                return at.FullName;
        }

        throw new DirectoryNotFoundException("there is no demo.sh above the tests");
    }
}
