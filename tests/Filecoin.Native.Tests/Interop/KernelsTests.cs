using System.Text.RegularExpressions;
using Filecoin.Native.Interop;

namespace Filecoin.Native.Tests.Interop;

public class KernelsTests
{
    private static readonly string? Requested = Environment.GetEnvironmentVariable("FILECOIN_KERNELS");

    [Fact]
    public void The_form_is_the_one_asked_for()
    {
        var report = Kernels.Report();
        Assert.Equal(report.Form, Kernels.Form);
        Assert.Equal(report.Form != KernelForm.Managed, Kernels.IsNative);
        if (string.IsNullOrEmpty(Requested))
            Assert.Null(report.Requested);
        else
            Assert.Equal(Requested, report.Requested.ToString(), ignoreCase: true);
        if (report.Requested is { } requested)
            Assert.Equal(requested, report.Form);
    }

    [Fact]
    public void The_report_says_what_is_in_use_or_why_not()
    {
        var report = Kernels.Report();
        if (report.Form == KernelForm.Managed)
        {
            Assert.NotEqual(KernelAbsence.None, report.Absence);
            Assert.Null(report.LibraryPath);
            Assert.Empty(report.Paths);
            return;
        }

        Assert.Equal(KernelAbsence.None, report.Absence);
        Assert.Equal(KernelLibrary.AbiVersion, report.AbiVersion);
        Assert.NotNull(report.LibraryPath);
        Assert.Contains("sha256.compress", report.Paths.Keys);
        if (report.Form == KernelForm.Portable)
            Assert.All(report.Paths.Values, path => Assert.Equal("portable", path));
    }

    [Fact]
    public void Every_selector_reports_itself()
    {
        var kernels = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "kernels.def"));
        var selectors = Regex.Matches(kernels, @"^FIL_KERNEL\((\w+)\)", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToArray();
        Assert.NotEmpty(selectors);
        if (Kernels.IsNative)
            Assert.True(Kernels.Report().Paths.Count >= selectors.Length, string.Join(", ", Kernels.Report().Paths.Keys));
    }

    [Fact]
    public void A_processor_with_sha_extensions_uses_them()
    {
        var report = Kernels.Report();
        if (report.Form == KernelForm.Native && report.CpuFeatures.HasFlag(CpuFeatures.ShaNi))
            Assert.Equal("sha-ni", report.Paths["sha256.compress"]);
    }

    [Fact]
    public void Sha_extensions_are_mixed_with_avx512_only_where_that_is_free()
    {
        var report = Kernels.Report();
        if (report.Form == KernelForm.Native && !report.CpuFeatures.HasFlag(CpuFeatures.FreeMix))
            Assert.DoesNotContain("sha-ni with avx512", report.Paths["labels.layer"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("Native")]
    [InlineData(" managed")]
    public void An_unknown_form_is_an_error_and_no_guess(string value)
    {
        var selection = KernelSelection.Make(value);
        Assert.Equal(value, selection.Failure!.Requested);
        Assert.Equal(KernelAbsence.None, selection.Failure.Absence);
        Assert.Contains("managed", selection.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_managed_form_loads_no_library()
    {
        var selection = KernelSelection.Make("managed");
        Assert.Null(selection.Failure);
        Assert.Equal(
            (KernelForm.Managed, KernelForm.Managed, KernelAbsence.NotRequested),
            (selection.Report.Form, selection.Report.Requested!.Value, selection.Report.Absence));
    }
}
