namespace Filecoin.Native.Interop;

/// <summary>How the kernels of this process run. One choice holds for the whole process.</summary>
public enum KernelForm
{
    /// <summary>The managed reference of every kernel: no native library is used.</summary>
    Managed = 0,

    /// <summary>The native library restricted to portable C: no instruction-set extension is used.</summary>
    Portable = 1,

    /// <summary>The native library with the fastest path that this processor and operating system offer.</summary>
    Native = 2,
}
