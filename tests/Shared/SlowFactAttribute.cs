namespace Filecoin.Tests.Shared;

/// <summary>Tests that take minutes run only where the environment asks for them.</summary>
internal static class SlowTests
{
    public const string Variable = "FILECOIN_SLOW_TESTS";

    public static string? SkipReason { get; } =
        Environment.GetEnvironmentVariable(Variable) == "1" ? null : $"Takes minutes: set {Variable}=1 to run it.";
}

/// <summary>A fact that takes minutes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlowFactAttribute : FactAttribute
{
    public SlowFactAttribute() => Skip = SlowTests.SkipReason;
}

/// <summary>A theory that takes minutes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlowTheoryAttribute : TheoryAttribute
{
    public SlowTheoryAttribute() => Skip = SlowTests.SkipReason;
}
