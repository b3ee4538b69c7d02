using System.Text.Json;
using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;

namespace Filecoin.Conformance.Tests.Hashing;

/// <summary>Poseidon against digests made by the official implementation (poseidon.jsonl), one by one and in batches.</summary>
public sealed class PoseidonVectorTests
{
    public static TheoryData<int> Arities => [.. PoseidonConstants.Arities];

    [Fact]
    public void Every_arity_has_vectors() =>
        Assert.Equal(PoseidonConstants.Arities.ToArray(), Lines().Select(line => line.GetProperty("arity").GetInt32()));

    [Theory, MemberData(nameof(Arities))]
    public void Round_numbers_and_domain_tag_are_the_official_ones(int arity)
    {
        JsonElement line = Line(arity);
        PoseidonConstants constants = PoseidonConstants.For(arity);
        Assert.Equal(line.GetProperty("full_rounds").GetInt32(), constants.FullRounds);
        Assert.Equal(line.GetProperty("partial_rounds").GetInt32(), constants.PartialRounds);
        Assert.Equal(Fr.Read(Hex(line.GetProperty("domain_tag"))), constants.DomainTag);
    }

    [Theory, MemberData(nameof(Arities))]
    public void Digests_are_the_official_ones(int arity)
    {
        var preimages = new List<byte>();
        var digests = new List<byte>();
        foreach (JsonElement item in Line(arity).GetProperty("cases").EnumerateArray())
        {
            byte[] preimage = [.. item.GetProperty("preimage").EnumerateArray().SelectMany(Hex)];
            byte[] expected = Hex(item.GetProperty("digest")), digest = new byte[Poseidon.DigestSize];
            Poseidon.Hash(preimage, digest);
            Assert.Equal(expected, digest);
            preimages.AddRange(preimage);
            digests.AddRange(expected);
        }
        Assert.NotEmpty(digests);
        byte[] batch = new byte[digests.Count];
        Poseidon.HashMany(arity, preimages.ToArray(), batch);
        Assert.Equal(digests, batch);
    }

    private static JsonElement Line(int arity) => Lines().Single(line => line.GetProperty("arity").GetInt32() == arity);

    private static IEnumerable<JsonElement> Lines() => GoldenVectors.JsonLines("poseidon.jsonl");

    private static byte[] Hex(JsonElement element) => Convert.FromHexString(element.GetString()!);
}
