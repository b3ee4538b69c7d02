using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Filecoin.Native.Interop;

/// <summary>Finds, loads and checks the native library, once for the process.</summary>
internal static partial class KernelLibrary
{
    /// <summary>The library's name in every <c>LibraryImport</c>.</summary>
    internal const string Name = "filecoin_kernels";

    /// <summary>The binary interface this assembly was built for: FIL_ABI_VERSION of kernels/fil.h.</summary>
    internal const int AbiVersion = 3;

    private static nint s_handle;

    /// <summary>What came of loading. <see cref="Absence"/> says why nothing did.</summary>
    internal readonly record struct Loaded(
        KernelAbsence Absence,
        string? Detail,
        string? Path,
        int AbiVersion,
        CpuFeatures CpuFeatures,
        FrozenDictionary<string, string> Paths);

    internal static Loaded Load(bool useExtensions)
    {
        if (!BitConverter.IsLittleEndian || nint.Size != 8)
            return Absent(KernelAbsence.UnsupportedPlatform, RuntimeInformation.RuntimeIdentifier);

        var assembly = typeof(KernelLibrary).Assembly;
        if (!TryLoad(assembly, out var handle, out var path, out var absence, out var detail))
            return Absent(absence, detail);

        s_handle = handle;
        NativeLibrary.SetDllImportResolver(assembly, static (name, _, _) => name == Name ? s_handle : 0);

        if (!NativeLibrary.TryGetExport(handle, "fil_abi_version", out _))
            return Absent(KernelAbsence.AbiMismatch, $"{path} does not export fil_abi_version.");
        var found = (int)AbiVersionOfLibrary();
        if (found != AbiVersion)
            return Absent(KernelAbsence.AbiMismatch, $"{path} has binary interface {found}; expected {AbiVersion}.");

        var features = (CpuFeatures)Initialize(useExtensions ? 1u : 0u);
        return new Loaded(KernelAbsence.None, null, path, found, features, ReadPaths());
    }

    private static bool TryLoad(Assembly assembly, out nint handle, out string? path, out KernelAbsence absence, out string? detail)
    {
        var file = OperatingSystem.IsWindows() ? Name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{Name}.dylib" : $"lib{Name}.so";
        var tried = new List<string>();
        foreach (var directory in Directories())
        {
            path = Path.Combine(directory, file);
            tried.Add(path);
            if (!File.Exists(path))
                continue;

            absence = KernelAbsence.None;
            detail = null;
            try
            {
                handle = NativeLibrary.Load(path);
                return true;
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                handle = 0;
                absence = KernelAbsence.LibraryNotLoadable;
                detail = e.Message;
                return false;
            }
        }

        // The host's own search: assets of a package, or a flat published folder.
        path = Name;
        detail = null;
        absence = KernelAbsence.None;
        if (NativeLibrary.TryLoad(Name, assembly, DllImportSearchPath.AssemblyDirectory, out handle))
            return true;

        path = null;
        absence = KernelAbsence.LibraryNotFound;
        detail = "Tried " + string.Join(", ", tried) + " and the host's native search directories.";
        return false;
    }

    private static IEnumerable<string> Directories()
    {
        var architecture = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            var other => other.ToString().ToLowerInvariant(),
        };
        var system = OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : RuntimeInformation.RuntimeIdentifier.StartsWith("linux-musl", StringComparison.Ordinal) ? "linux-musl"
            : "linux";
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", $"{system}-{architecture}", "native");
        yield return AppContext.BaseDirectory;
    }

    private static FrozenDictionary<string, string> ReadPaths()
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        var count = KernelCount();
        for (var i = 0u; i < count; i++)
            paths[Marshal.PtrToStringUTF8(KernelName(i))!] = Marshal.PtrToStringUTF8(KernelPath(i))!;
        return paths.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static Loaded Absent(KernelAbsence absence, string? detail) =>
        new(absence, detail, null, 0, CpuFeatures.None, FrozenDictionary<string, string>.Empty);

    [LibraryImport(Name, EntryPoint = "fil_abi_version")]
    private static partial uint AbiVersionOfLibrary();

    [LibraryImport(Name, EntryPoint = "fil_init")]
    private static partial ulong Initialize(uint useExtensions);

    [LibraryImport(Name, EntryPoint = "fil_kernel_count")]
    private static partial uint KernelCount();

    [LibraryImport(Name, EntryPoint = "fil_kernel_name")]
    private static partial nint KernelName(uint index);

    [LibraryImport(Name, EntryPoint = "fil_kernel_path")]
    private static partial nint KernelPath(uint index);
}
