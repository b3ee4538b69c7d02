namespace Filecoin.Native.Interop;

/// <summary>The kernel form that configuration demands cannot be had: the value is unknown, or the native library is absent.</summary>
public sealed class KernelSelectionException : Exception
{
    internal KernelSelectionException(string requested, KernelAbsence absence, string message)
        : base(message)
    {
        Requested = requested;
        Absence = absence;
    }

    /// <summary>The configured value.</summary>
    public string Requested { get; }

    /// <summary>Why the native library is not in use; <see cref="KernelAbsence.None"/> where the value itself is unknown.</summary>
    public KernelAbsence Absence { get; }
}
