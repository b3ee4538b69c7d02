using Filecoin.Native.Interop;

namespace Filecoin.EndToEnd.Tests;

/// <summary>A fact that takes minutes with the managed kernels and runs with the native ones alone.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute() =>
        Skip = Kernels.Form == KernelForm.Managed ? "Sealing and proving take minutes with the managed kernels." : null;
}
