using System.Collections.Immutable;
using System.Security.Cryptography;
using Filecoin.Native.Fields;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.Tests.PoSt;

public sealed class PoStInputsTests
{
    private static readonly PoStRandomness s_randomness = PoStRandomness.FromChain(SHA256.HashData("randomness"u8));

    [Fact]
    public void Challenges_of_a_window_depend_on_the_position_before_version_1_2_only()
    {
        var sector = new SectorNumber(5);
        foreach (var (version, depends) in ((ApiVersion, bool)[])[(ApiVersion.V1_0, true), (ApiVersion.V1_1, true), (ApiVersion.V1_2, false)])
        {
            var config = PoStConfig.Create(PoStKind.Window, SectorSize.GiB32, version);
            var first = PoStChallenges.ForSector(config, s_randomness, sector, 0);
            var later = PoStChallenges.ForSector(config, s_randomness, sector, 2350);
            Assert.Equal(10, first.Length);
            Assert.Equal(depends, !first.SequenceEqual(later));
        }
    }

    [Fact]
    public void Winning_and_window_challenges_begin_alike()
    {
        var winning = PoStChallenges.ForSector(PoStConfig.Create(PoStKind.Winning, SectorSize.GiB32, ApiVersion.V1_0), s_randomness, new(5), 0);
        var window = PoStChallenges.ForSector(PoStConfig.Create(PoStKind.Window, SectorSize.GiB32, ApiVersion.V1_2), s_randomness, new(5), 3);
        Assert.Equal(66, winning.Length);
        Assert.Equal(window, winning.Take(10));
        Assert.All(winning, node => Assert.InRange(node, 0ul, (ulong)SectorSize.GiB32.Nodes - 1));
    }

    [Fact]
    public void The_winning_sector_is_one_of_the_set()
    {
        for (var count = 1ul; count < 50; count++)
            Assert.InRange(PoStChallenges.WinningSector(s_randomness, ProverId.FromActorId(1000), count), 0ul, count - 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => PoStChallenges.WinningSector(s_randomness, ProverId.FromActorId(1000), 0));
    }

    [Fact]
    public void Sectors_are_ascending_and_at_least_one()
    {
        Assert.Throws<ArgumentException>(() => new PoStPublicInputs(s_randomness, []));
        Assert.Throws<ArgumentException>(() => new PoStPublicInputs(s_randomness, [Sector(2), Sector(1)]));
        Assert.Throws<ArgumentException>(() => new PoStPublicInputs(s_randomness, [Sector(2), Sector(2)]));
        Assert.Equal(2, new PoStPublicInputs(s_randomness, [Sector(1), Sector(2)]).Sectors.Length);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    public void Window_inputs_fill_every_partition_repeating_the_last_sector(int sectors, int partitions)
    {
        var config = PoStConfig.Create(PoStKind.Window, SectorSize.KiB2, ApiVersion.V1_1);
        var inputs = new PoStPublicInputs(s_randomness, [.. Enumerable.Range(1, sectors).Select(n => Sector((ulong)n))]);
        Assert.Equal(partitions, inputs.Partitions(config));
        for (var k = 0; k < partitions; k++)
        {
            var found = inputs.ForCircuit(config, k);
            Assert.Equal(2 * 11, found.Length);
            for (var i = 0; i < 2; i++)
            {
                var position = Math.Min((2 * k) + i, sectors - 1);
                var sector = inputs.Sectors[position];
                IEnumerable<Fr> expected =
                    [Fr.Read(sector.CommR.Span), .. PoStChallenges.ForSector(config, s_randomness, sector.Number, position).Select(Fr.FromUInt64)];
                Assert.Equal(expected, found.Skip(11 * i).Take(11));
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => inputs.ForCircuit(config, partitions));
    }

    [Fact]
    public void Winning_inputs_name_the_sector_with_each_challenge()
    {
        var config = PoStConfig.Create(PoStKind.Winning, SectorSize.KiB2, ApiVersion.V1_0);
        var sector = Sector(9);
        var found = new PoStPublicInputs(s_randomness, [sector]).ForCircuit(config, 0);
        var expected = PoStChallenges.ForSector(config, s_randomness, sector.Number, 0).SelectMany(c => (Fr[])[Fr.Read(sector.CommR.Span), Fr.FromUInt64(c)]);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Proofs_split_into_partitions_as_the_circuit_takes_them()
    {
        var window = PoStConfig.Create(PoStKind.Window, SectorSize.KiB2, ApiVersion.V1_2);
        var proofs = Enumerable.Range(1, 3).Select(n => Proof((ulong)n, 10)).ToImmutableArray();
        var partitions = PoStPartition.Split(window, proofs);
        Assert.Equal([1ul, 2, 3, 3], partitions.SelectMany(p => p.Sectors).Select(s => s.Sector.Value));
        Assert.All(partitions.SelectMany(p => p.Sectors), s => Assert.Equal(10, s.Inclusions.Length));

        var winning = PoStConfig.Create(PoStKind.Winning, SectorSize.KiB2, ApiVersion.V1_0);
        var one = Assert.Single(PoStPartition.Split(winning, [Proof(4, 66)]));
        Assert.Equal(66, one.Sectors.Length);
        Assert.Equal(Enumerable.Range(0, 66).Select(i => (long)(i % 64)), one.Sectors.Select(s => Assert.Single(s.Inclusions).LeafIndex));

        Assert.Throws<ArgumentException>(() => PoStPartition.Split(window, []));
        Assert.Throws<ArgumentException>(() => PoStPartition.Split(window, [proofs[1], proofs[0]]));
        Assert.Throws<ArgumentException>(() => PoStPartition.Split(window, [Proof(1, 66)]));
        Assert.Throws<ArgumentException>(() => PoStPartition.Split(winning, [Proof(1, 66), Proof(2, 66)]));
    }

    private static PoStSector Sector(ulong number) => new(new(number), Node((byte)number));

    private static SectorProof Proof(ulong number, int inclusions) => new()
    {
        Sector = new(number),
        CommR = Node(1),
        CommC = Node(2),
        CommRLast = Node(3),
        Inclusions = [.. Enumerable.Range(0, inclusions).Select(i => Inclusion(i % 64))],
    };

    private static MerkleProof Inclusion(int leaf) =>
        new(Node(3), Node(4), new MerklePath(new MerklePathElement(new Commitment[7], leaf % 8), new MerklePathElement(new Commitment[7], leaf / 8)));

    private static Commitment Node(byte value)
    {
        var bytes = new byte[32];
        bytes[0] = value;
        return Commitment.FromBytes(bytes);
    }
}
