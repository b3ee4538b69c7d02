namespace Filecoin.Native.Interop;

/// <summary>What the kernels of this process run on.</summary>
/// <param name="Form">The form in use.</param>
/// <param name="Requested">The form asked for by configuration, or null where the best available was taken.</param>
/// <param name="LibraryPath">The loaded library, or null in the managed form. A bare name where the host's own search found it.</param>
/// <param name="AbiVersion">The library's binary interface version, or 0.</param>
/// <param name="CpuFeatures">The extensions found on this processor by the library.</param>
/// <param name="Paths">The path in use by kernel name, for example <c>sha256.compress</c> → <c>sha-ni</c>. Empty in the managed form, where every kernel is its managed reference.</param>
/// <param name="Absence">Why the native library is not in use.</param>
/// <param name="AbsenceDetail">The places tried or the loader's own words, or null.</param>
public sealed record KernelReport(
    KernelForm Form,
    KernelForm? Requested,
    string? LibraryPath,
    int AbiVersion,
    CpuFeatures CpuFeatures,
    IReadOnlyDictionary<string, string> Paths,
    KernelAbsence Absence,
    string? AbsenceDetail);
