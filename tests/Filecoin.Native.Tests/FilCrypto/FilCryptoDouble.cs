using System.Diagnostics;
using System.Runtime.InteropServices;
using Filecoin.Native.FilCrypto;

namespace Filecoin.Native.Tests.FilCrypto;

/// <summary>The test double of libfilcrypto, compiled for the run.</summary>
public sealed class FilCryptoDouble : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("filcrypto-");
    private readonly nint _handle;

    public FilCryptoDouble()
    {
        var path = Path.Combine(_directory.FullName, "libfilcrypto-double.so");
        var source = Path.Combine(AppContext.BaseDirectory, "FilCrypto", "libfilcrypto-double.c");
        using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O1", "-o", path, source]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        Library = FilCryptoLibrary.Load(path);
        _handle = NativeLibrary.Load(path);
    }

    public FilCryptoLibrary Library { get; }

    /// <summary>Responses that were not given back.</summary>
    public int LiveResponses => Marshal.GetDelegateForFunctionPointer<Count>(NativeLibrary.GetExport(_handle, "live_responses"))();

    public void Dispose()
    {
        Library.Dispose();
        NativeLibrary.Free(_handle);
        _directory.Delete(recursive: true);
    }

    private delegate int Count();
}

/// <summary>A fact that needs a C compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CompilerFactAttribute : FactAttribute
{
    public CompilerFactAttribute()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(d => File.Exists(Path.Combine(d, "cc")));
        if (!found) Skip = "Needs a C compiler named cc.";
    }
}
