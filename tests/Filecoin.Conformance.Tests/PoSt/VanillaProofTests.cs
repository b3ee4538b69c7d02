using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;

namespace Filecoin.Conformance.Tests.PoSt;

/// <summary>The recorded PoSt vanilla proofs: read, checked, and written again.</summary>
public sealed class VanillaProofTests
{
    public static TheoryData<string, PoStKind, ApiVersion> Recordings => PoStRecording.All;

    [Theory, MemberData(nameof(Recordings))]
    public void Challenges_are_the_recorded_ones(string name, PoStKind kind, ApiVersion version)
    {
        var recording = new PoStRecording(name, kind, version);
        var position = 0;
        foreach (var entry in recording.Json.GetProperty("challenges").EnumerateArray())
        {
            var sector = new SectorNumber(entry[0].GetUInt64());
            Assert.Equal(
                entry[1].EnumerateArray().Select(e => e.GetUInt64()),
                PoStChallenges.ForSector(recording.Config, recording.Inputs.Randomness, sector, position++));
        }

        Assert.Equal(recording.Inputs.Sectors.Length, position);
    }

    [Fact]
    public void Winning_sector_is_the_recorded_one_of_one()
    {
        var json = GoldenVectors.Json("post/winning-2k.json").RootElement;
        var randomness = PoStRandomness.Parse(json.GetProperty("randomness").GetString()!);
        var prover = ProverId.Parse(json.GetProperty("prover_id").GetString()!);
        Assert.Equal(json.GetProperty("winning_sector_challenge")[0].GetUInt64(), PoStChallenges.WinningSector(randomness, prover, 1));
    }

    [Theory, MemberData(nameof(Recordings))]
    public void Recorded_proofs_verify_under_their_randomness_only(string name, PoStKind kind, ApiVersion version)
    {
        var recording = new PoStRecording(name, kind, version);
        Assert.True(PoStCheck.Verify(recording.Config, recording.Inputs, [.. recording.Proofs], out var fault), fault?.ToString());

        var otherRandomness = new PoStPublicInputs(PoStRandomness.FromChain(new byte[32]), recording.Inputs.Sectors);
        Assert.False(PoStCheck.Verify(recording.Config, otherRandomness, [.. recording.Proofs], out fault));
        Assert.Equal(PoStProofPart.Challenge, fault.Part);
    }

    [Theory, MemberData(nameof(Recordings))]
    public void Json_is_read_and_written_with_the_recorded_content(string name, PoStKind kind, ApiVersion version)
    {
        var recording = new PoStRecording(name, kind, version);
        foreach (var (recorded, proof) in recording.Vanilla.Zip(recording.Proofs))
        {
            var written = Encoding.UTF8.GetString(SectorProofJson.Write(proof));
            // The recording went through a map that sorts its keys; the struct's own order is the format's.
            Assert.Equal(recorded.GetRawText(), Sorted(JsonNode.Parse(written))!.ToJsonString());
            Assert.Matches("""^\{"sector_id":1\d,"comm_r":\[[\d,]+\],"vanilla_proof":\{"sectors":\[\{"inclusion_proofs":\[\{"data":""", written);
        }
    }

    /// <summary>The bytes that bincode gives, put together here from the recorded JSON alone.</summary>
    [Theory, MemberData(nameof(Recordings))]
    public void Bytes_are_bincode_of_the_recorded_structure(string name, PoStKind kind, ApiVersion version)
    {
        var recording = new PoStRecording(name, kind, version);
        foreach (var (recorded, proof) in recording.Vanilla.Zip(recording.Proofs))
        {
            var written = SectorProofBincode.Write(proof);
            Assert.Equal(BincodeOf(recorded), written);
            Assert.Equal(SectorProofBincode.Length(recording.Config), written.Length);
            Assert.Equal(SectorProofJson.Write(proof), SectorProofJson.Write(SectorProofBincode.Read(written, recording.Config)));
        }
    }

    private static byte[] BincodeOf(JsonElement proof)
    {
        var bytes = new List<byte>();
        Number(proof.GetProperty("sector_id").GetUInt64());
        Node(proof.GetProperty("comm_r"));
        var sectors = proof.GetProperty("vanilla_proof").GetProperty("sectors");
        Number((ulong)sectors.GetArrayLength());
        foreach (var sector in sectors.EnumerateArray())
        {
            Number((ulong)sector.GetProperty("inclusion_proofs").GetArrayLength());
            foreach (var inclusion in sector.GetProperty("inclusion_proofs").EnumerateArray())
            {
                var single = inclusion.GetProperty("data").GetProperty("Single");
                bytes.AddRange([0, 0, 0, 0]);
                Node(single.GetProperty("root"));
                Node(single.GetProperty("leaf"));
                var path = single.GetProperty("path").GetProperty("path");
                Number((ulong)path.GetArrayLength());
                foreach (var step in path.EnumerateArray())
                {
                    Number((ulong)step.GetProperty("hashes").GetArrayLength());
                    foreach (var hash in step.GetProperty("hashes").EnumerateArray())
                        Node(hash);
                    Number(step.GetProperty("index").GetUInt64());
                }
            }

            Node(sector.GetProperty("comm_c"));
            Node(sector.GetProperty("comm_r_last"));
        }

        return [.. bytes];

        void Node(JsonElement node) => bytes.AddRange(node.EnumerateArray().Select(e => e.GetByte()));

        void Number(ulong number)
        {
            var le = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(le, number);
            bytes.AddRange(le);
        }
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
