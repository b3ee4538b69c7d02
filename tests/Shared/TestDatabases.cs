using System.Reflection;
using Xunit.Sdk;

namespace Filecoin.Tests.Shared;

/// <summary>Runs a theory once on SQLite and, where the environment names a server, once on PostgreSQL. The argument is the database's kind.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EachDatabaseAttribute : DataAttribute
{
    /// <summary>Names the server that tests may make databases in.</summary>
    public const string Variable = "FILECOIN_TEST_POSTGRES";

    public static string? Server { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } server ? server : null;

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Server is null ? [["sqlite"]] : [["sqlite"], ["postgresql"]];
}
