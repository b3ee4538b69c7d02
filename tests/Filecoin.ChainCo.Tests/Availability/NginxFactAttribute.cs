namespace Filecoin.ChainCo.Tests.Availability;

/// <summary>A fact that needs nginx.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NginxFactAttribute : FactAttribute
{
    public const string Path = "/usr/sbin/nginx";

    public NginxFactAttribute() => Skip = File.Exists(Path) ? null : $"Needs {Path}.";
}
