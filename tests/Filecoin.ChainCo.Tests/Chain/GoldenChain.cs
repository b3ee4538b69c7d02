using System.Text.Json;

namespace Filecoin.ChainCo.Tests.Chain;

/// <summary>
/// Public chain data: messages of mainnet with the CIDs under which the chain knows them (filecoin-project/test-vectors, corpus/extracted),
/// headers with bytes and CIDs (mainnet genesis, Venus and Forest test data), the mainnet tipset of Lotus's API documentation.
/// </summary>
internal static class GoldenChain
{
    public static IEnumerable<(string Cid, string Actor, string Method, bool Ok, byte[] Bytes)> Messages() =>
        File.ReadLines(PathOf("mainnet-messages.tsv")).Select(line => line.Split('\t'))
            .Select(parts => (parts[0], parts[1], parts[2], parts[3] == "ok", Convert.FromBase64String(parts[4])));

    public static IReadOnlyList<JsonElement> Headers() => [.. JsonDocument.Parse(File.ReadAllText(PathOf("block-headers.json"))).RootElement.EnumerateArray()];

    public static string TipSet() => File.ReadAllText(PathOf("mainnet-tipset-4863283.json"));

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Vectors", name);
}
