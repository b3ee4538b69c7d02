using System.Security.Cryptography;
using Filecoin.Proving.Graph;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.Graph;

public class PublishedCacheTests
{
    [Theory]
    [InlineData(RegisteredSealProof.StackedDrg2KiBV1)]
    [InlineData(RegisteredSealProof.StackedDrg2KiBV1_1)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1)]
    [InlineData(RegisteredSealProof.StackedDrg8MiBV1_1)]
    public void A_generated_cache_has_the_published_name_and_digest(RegisteredSealProof proof) => GenerateAndCompare(proof);

    [SlowTheory]
    [InlineData(RegisteredSealProof.StackedDrg512MiBV1)]
    [InlineData(RegisteredSealProof.StackedDrg512MiBV1_1)]
    public void A_generated_cache_of_512_MiB_has_the_published_name_and_digest(RegisteredSealProof proof) => GenerateAndCompare(proof);

    private static void GenerateAndCompare(RegisteredSealProof proof)
    {
        using var published = GoldenVectors.Json("official/parent_cache.json");
        var directory = Directory.CreateTempSubdirectory("parents-");
        try
        {
            using var cache = ParentCache.OpenOrCreate(directory.FullName, StackedGraph.Create(PoRepConfig.For(proof)));
            var entry = published.RootElement.GetProperty(Path.GetFileNameWithoutExtension(cache.Path));
            using var file = File.OpenRead(cache.Path);
            Assert.Equal(entry.GetProperty("digest").GetString(), Convert.ToHexStringLower(SHA256.HashData(file)));
            using var again = ParentCache.Open(directory.FullName, cache.Graph, ParentCacheCheck.Full);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
