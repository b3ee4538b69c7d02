using Filecoin.Native.Interop;

namespace Filecoin.Benchmarks.Fields;

/// <summary>The forms that the benchmarks of the scalar field set against each other.</summary>
internal static class FieldFormsHere
{
    /// <summary>The best form of this machine that handles one element at a time: the baseline.</summary>
    public static FieldForm Scalar { get; } = FieldForms.Available.Last(form => form != FieldForm.Ifma);

    /// <summary>The form in use: eight lanes where the processor has AVX-512 IFMA.</summary>
    public static FieldForm InUse => FieldForms.InUse;

    /// <summary>Portable C, or managed where nothing else is.</summary>
    public static FieldForm Portable { get; } = FieldForms.Available.Contains(FieldForm.Portable) ? FieldForm.Portable : FieldForm.Managed;
}
