using Filecoin.Native.Interop;

namespace Filecoin.Native.Tests.Fields;

/// <summary>The forms of kernels over Fr, visible to the test runner.</summary>
public enum Form
{
    Managed = FieldForm.Managed,
    Portable = FieldForm.Portable,
    Adx = FieldForm.Adx,
    Ifma = FieldForm.Ifma,
}

public static class Forms
{
    /// <summary>Every form that this process can run: one test method holds all of them against the same expectation.</summary>
    public static TheoryData<Form> Available => [.. FieldForms.Available.Select(form => (Form)form)];

    internal static FieldForm Of(this Form form) => (FieldForm)form;
}
