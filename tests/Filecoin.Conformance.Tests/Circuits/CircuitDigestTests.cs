using System.Diagnostics;
using System.Text.Json;
using Filecoin.Proving.Circuits;
using Filecoin.Proving.Circuits.Fallback;
using Filecoin.Proving.Circuits.Stacked;
using Filecoin.Proving.Circuits.Synthesis;
using Filecoin.Proving.Sectors;
using Xunit.Abstractions;

namespace Filecoin.Conformance.Tests.Circuits;

/// <summary>Every circuit's whole constraint system is the official one: variables in the official order, constraint for constraint.</summary>
public sealed class CircuitDigestTests(ITestOutputHelper output)
{
    private const long LargestByDefault = 5_000_000;

    public static TheoryData<string, string> Small => Circuits(constraints => constraints <= LargestByDefault);

    public static TheoryData<string, string> Large => Circuits(constraints => constraints > LargestByDefault);

    public static TheoryData<string, string> Identified => Circuits(_ => true, updates: true);

    [Theory]
    [MemberData(nameof(Small))]
    public void Constraint_system_has_the_recorded_digest(string circuit, string size) => Check(circuit, size);

    [SlowTheory]
    [MemberData(nameof(Large))]
    public void Constraint_system_of_a_large_circuit_has_the_recorded_digest(string circuit, string size) => Check(circuit, size);

    [Theory]
    [MemberData(nameof(Identified))]
    public void Parameter_identifier_is_the_recorded_one(string circuit, string size)
    {
        SectorSize sectorSize = SectorSize.Parse(size);
        string identifier = circuit == "update" ? ParameterIdentifier.OfSectorUpdate(sectorSize) : Blank(circuit, sectorSize).ParameterId;
        Assert.Equal(Record(circuit, sectorSize).GetProperty("parameter_id").GetString(), identifier);
    }

    [Fact]
    public void Published_parameters_are_those_of_the_registered_sizes()
    {
        using JsonDocument manifest = GoldenVectors.Json("official/parameters.json");
        // The variant of sector updates whose new data is committed to with Poseidon was published too, but no network uses it.
        string[] published = [.. manifest.RootElement.EnumerateObject().Select(file => file.Name)
            .Where(file => !file.Contains("update-poseidon", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

        IEnumerable<string> identifiers = SectorSize.All.Where(size => size.IsRegistered).SelectMany(size => new[]
        {
            ParameterIdentifier.Of(PoRepConfig.Create(size, ApiVersion.V1_1)),
            ParameterIdentifier.Of(PoStConfig.Create(PoStKind.Winning, size, ApiVersion.V1_0)),
            ParameterIdentifier.Of(PoStConfig.Create(PoStKind.Window, size, ApiVersion.V1_1)),
            ParameterIdentifier.OfSectorUpdate(size),
        });
        string[] expected = [.. identifiers
            .SelectMany(id => new[] { ParameterIdentifier.ParametersFile(id), ParameterIdentifier.VerifyingKeyFile(id) })
            .Order(StringComparer.Ordinal)];
        Assert.Equal(published, expected);
    }

    internal static Circuit Blank(string circuit, SectorSize size) => circuit switch
    {
        "porep" => new StackedCircuit(StackedShape.Of(PoRepConfig.Create(size, ApiVersion.V1_1))),
        "winning" => new FallbackCircuit(FallbackShape.Of(PoStConfig.Create(PoStKind.Winning, size, ApiVersion.V1_0))),
        "window" => new FallbackCircuit(FallbackShape.Of(PoStConfig.Create(PoStKind.Window, size, ApiVersion.V1_1))),
        _ => throw new ArgumentOutOfRangeException(nameof(circuit), circuit, "Expected porep, winning or window."),
    };

    private static JsonElement Record(string circuit, SectorSize size) => GoldenVectors.JsonLines("circuits.jsonl")
        .Single(r => r.GetProperty("circuit").GetString() == circuit && r.GetProperty("sector_size").GetInt64() == size.Bytes);

    private static TheoryData<string, string> Circuits(Func<long, bool> constraints, bool updates = false)
    {
        var data = new TheoryData<string, string>();
        foreach (JsonElement record in GoldenVectors.JsonLines("circuits.jsonl"))
        {
            string circuit = record.GetProperty("circuit").GetString()!;
            if ((updates || circuit != "update") && constraints(record.GetProperty("constraints").GetInt64()))
            {
                data.Add(circuit, SectorSize.FromBytes(record.GetProperty("sector_size").GetInt64()).ToString());
            }
        }
        return data;
    }

    private void Check(string name, string size)
    {
        JsonElement record = Record(name, SectorSize.Parse(size));
        Circuit circuit = Blank(name, SectorSize.Parse(size));
        var expected = new CircuitCounts(
            record.GetProperty("constraints").GetInt64(), record.GetProperty("inputs_including_one").GetInt32(), record.GetProperty("aux").GetInt32());
        Assert.Equal(expected, CircuitSize.Measure(circuit).Total);

        var watch = Stopwatch.StartNew();
        (CircuitCounts counts, string digest) = CircuitDigest.Of(circuit);
        output.WriteLine($"{name} {size}: {counts.Constraints} constraints in {watch.Elapsed.TotalSeconds:0.00} s");
        Assert.Equal(expected, counts);
        Assert.Equal(record.GetProperty("sha256").GetString(), digest);
    }
}
