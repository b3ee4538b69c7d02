using System.Collections.Frozen;

namespace Filecoin.Native.Interop;

/// <summary>The outcome of reading the configured value and trying the library: a report, or the failure to satisfy a demand.</summary>
internal sealed record KernelSelection(KernelReport Report, KernelSelectionFailure? Failure)
{
    private static readonly FrozenDictionary<string, string> s_noPaths = FrozenDictionary<string, string>.Empty;

    internal static KernelSelection Make(string? configured)
    {
        if (!TryParse(configured, out var requested))
        {
            return Failed(configured!, null, KernelAbsence.None, null,
                $"Unknown kernel form '{configured}': expected native, portable or managed.");
        }

        if (requested == KernelForm.Managed)
            return new(Managed(requested, KernelAbsence.NotRequested, null), null);

        var loaded = KernelLibrary.Load(requested != KernelForm.Portable);
        if (loaded.Absence != KernelAbsence.None)
        {
            return requested is null
                ? new(Managed(null, loaded.Absence, loaded.Detail), null)
                : Failed(configured!, requested, loaded.Absence, loaded.Detail,
                    $"Kernel form '{configured}' is demanded and the native library is not in use: {loaded.Absence}. {loaded.Detail}");
        }

        var form = requested ?? KernelForm.Native;
        return new(
            new KernelReport(form, requested, loaded.Path, loaded.AbiVersion, loaded.CpuFeatures, loaded.Paths, KernelAbsence.None, null),
            null);
    }

    private static bool TryParse(string? configured, out KernelForm? form)
    {
        form = configured switch
        {
            "native" => KernelForm.Native,
            "portable" => KernelForm.Portable,
            "managed" => KernelForm.Managed,
            _ => null,
        };
        return form is not null || string.IsNullOrEmpty(configured);
    }

    private static KernelReport Managed(KernelForm? requested, KernelAbsence absence, string? detail) =>
        new(KernelForm.Managed, requested, null, 0, CpuFeatures.None, s_noPaths, absence, detail);

    private static KernelSelection Failed(string configured, KernelForm? requested, KernelAbsence absence, string? detail, string message) =>
        new(Managed(requested, absence, detail), new KernelSelectionFailure(configured, absence, message));
}

internal sealed record KernelSelectionFailure(string Requested, KernelAbsence Absence, string Message);
