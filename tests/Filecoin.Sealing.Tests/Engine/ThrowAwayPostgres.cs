using System.Diagnostics;

namespace Filecoin.Sealing.Tests.Engine;

/// <summary>A PostgreSQL server of one test, which may be restarted under it.</summary>
internal sealed class ThrowAwayPostgres : IDisposable
{
    private static readonly string? Script = Find();
    private readonly WorkDirectory _work = new();

    public ThrowAwayPostgres()
    {
        // The server may run as another user.
        if (!OperatingSystem.IsWindows())
            new DirectoryInfo(_work.Path).UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Description = Run("start").Trim();
        Assert.NotEmpty(Description);
    }

    /// <summary>Whether servers can be started here: where tests run on PostgreSQL, and from the repository.</summary>
    public static bool IsAvailable => EachDatabaseAttribute.Server is not null && Script is not null;

    public string Description { get; }

    /// <summary>As a crash and a new start: open transactions are lost.</summary>
    public void Restart() => Run("restart");

    public void Dispose()
    {
        Run("stop");
        _work.Dispose();
    }

    private string Run(string verb)
    {
        using Process process = Process.Start(new ProcessStartInfo("bash", [Script!, verb, Path.Combine(_work.Path, "postgres")]) { RedirectStandardOutput = true })!;

        // The server itself may hold the pipe open.
        string said = verb == "start" ? process.StandardOutput.ReadLine() ?? "" : "";
        process.WaitForExit();
        return said;
    }

    private static string? Find()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "eng", "postgres.sh")))
            directory = directory.Parent;
        return directory is null || OperatingSystem.IsWindows() ? null : Path.Combine(directory.FullName, "eng", "postgres.sh");
    }
}

/// <summary>A fact that needs a PostgreSQL server of its own.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OwnPostgresFactAttribute : FactAttribute
{
    public OwnPostgresFactAttribute() => Skip = ThrowAwayPostgres.IsAvailable ? null : $"Starts a PostgreSQL server; runs where {EachDatabaseAttribute.Variable} is set.";
}
