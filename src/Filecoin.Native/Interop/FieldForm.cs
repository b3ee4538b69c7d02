namespace Filecoin.Native.Interop;

/// <summary>The forms in which kernels over the scalar field exist. The native ones have the numbers of kernels/field.c.</summary>
internal enum FieldForm
{
    /// <summary>The managed reference.</summary>
    Managed = -1,

    /// <summary>Portable C, one element at a time.</summary>
    Portable = 0,

    /// <summary>MULX, ADCX and ADOX assembly, one element at a time.</summary>
    Adx = 1,

    /// <summary>AVX-512 IFMA, eight elements at a time.</summary>
    Ifma = 2,
}

/// <summary>Which form is in use. Tests and benchmarks run the others beside it.</summary>
internal static class FieldForms
{
    /// <summary>The form of this process, by <see cref="Kernels"/>.</summary>
    public static FieldForm InUse { get; } = Kernels.IsNative ? (FieldForm)FieldNative.Best() : FieldForm.Managed;

    /// <summary>The form for a batch: one that does not fill the lanes is not worth the way to native code.</summary>
    public static FieldForm ForBatch(int elements) => elements < 8 ? FieldForm.Managed : InUse;

    /// <summary>Every form that this process can run.</summary>
    public static FieldForm[] Available
    {
        get
        {
            var forms = new List<FieldForm> { FieldForm.Managed };
            KernelReport report = Kernels.Report();
            if (report.Form != KernelForm.Managed)
            {
                forms.Add(FieldForm.Portable);
            }
            if (report.Form == KernelForm.Native && report.CpuFeatures.HasFlag(CpuFeatures.Adx | CpuFeatures.Bmi2))
            {
                forms.Add(FieldForm.Adx);
            }
            if (InUse == FieldForm.Ifma)
            {
                forms.Add(FieldForm.Ifma);
            }
            return [.. forms];
        }
    }
}
