using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Native.Interop;

/// <summary>
/// The process-wide choice between native and managed kernels. Read once, at first use: AppContext data
/// <c>Filecoin.Native.Kernels</c>, else the environment variable <c>FILECOIN_KERNELS</c>, each one of
/// <c>native</c>, <c>portable</c>, <c>managed</c>. Unset means the best available.
/// A demanded <c>native</c> or <c>portable</c> that cannot be had is an error, never a silent fallback.
/// </summary>
public static class Kernels
{
    internal const string AppContextKey = "Filecoin.Native.Kernels";
    internal const string EnvironmentVariable = "FILECOIN_KERNELS";

    private static readonly KernelSelection s_selection = KernelSelection.Make(
        AppContext.GetData(AppContextKey) as string ?? Environment.GetEnvironmentVariable(EnvironmentVariable));

    private static readonly bool s_native = s_selection.Failure is null && s_selection.Report.Form != KernelForm.Managed;
    private static readonly bool s_failed = s_selection.Failure is not null;

    /// <summary>The form in use.</summary>
    /// <exception cref="KernelSelectionException">Configuration demands a form that cannot be had.</exception>
    public static KernelForm Form => Report().Form;

    /// <summary>What is in use and why.</summary>
    /// <exception cref="KernelSelectionException">Configuration demands a form that cannot be had.</exception>
    public static KernelReport Report()
    {
        if (s_failed)
            ThrowFailure();
        return s_selection.Report;
    }

    /// <summary>True where kernels go to the native library, so that <c>LibraryImport</c> methods may be called. Constant once compiled.</summary>
    internal static bool IsNative
    {
        get
        {
            if (s_failed)
                ThrowFailure();
            return s_native;
        }
    }

    [DoesNotReturn]
    private static void ThrowFailure() => throw new KernelSelectionException(
        s_selection.Failure!.Requested, s_selection.Failure.Absence, s_selection.Failure.Message);
}
