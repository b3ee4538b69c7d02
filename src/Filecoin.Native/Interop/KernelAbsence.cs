namespace Filecoin.Native.Interop;

/// <summary>Why the native library is not in use.</summary>
public enum KernelAbsence
{
    /// <summary>The native library is in use.</summary>
    None = 0,

    /// <summary>The managed form was asked for.</summary>
    NotRequested,

    /// <summary>No library file for this platform lies beside the application.</summary>
    LibraryNotFound,

    /// <summary>A library file was found and the operating system refused to load it.</summary>
    LibraryNotLoadable,

    /// <summary>The library has another binary interface than this assembly was built for.</summary>
    AbiMismatch,

    /// <summary>The platform is not one that kernels are built for (64-bit little-endian Linux, macOS or Windows).</summary>
    UnsupportedPlatform,
}
