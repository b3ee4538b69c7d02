using System.Buffers.Binary;
using System.Collections.Immutable;
using Filecoin.Native.Hashing;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.PoSt;

/// <summary>Which nodes of which sectors a PoSt opens (storage-proofs-post <c>fallback/vanilla.rs</c>).</summary>
public static class PoStChallenges
{
    /// <summary>The challenged nodes of one sector.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="randomness">The PoSt's randomness.</param>
    /// <param name="sector">The sector's number.</param>
    /// <param name="position">
    /// The sector's place among all sectors of the proof, in ascending order of their numbers and across partitions. Before version 1.2 a
    /// window PoSt's challenges depend on it, so that one faulty sector taken out changed all that came after; from 1.2 on they do not.
    /// </param>
    public static ImmutableArray<ulong> ForSector(PoStConfig config, PoStRandomness randomness, SectorNumber sector, int position)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        var count = config.ChallengesPerSector;
        var first = config.ApiVersion == ApiVersion.V1_2 || config.Kind == PoStKind.Winning ? 0 : (ulong)position * (ulong)count;
        var challenges = ImmutableArray.CreateBuilder<ulong>(count);
        Span<byte> preimage = stackalloc byte[48], digest = stackalloc byte[Sha256.DigestSize];
        randomness.Span.CopyTo(preimage);
        BinaryPrimitives.WriteUInt64LittleEndian(preimage[32..], sector.Value);
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(preimage[40..], first + (ulong)i);
            Sha256.Hash(preimage, digest);
            challenges.Add(BinaryPrimitives.ReadUInt64LittleEndian(digest) % (ulong)config.SectorSize.Nodes);
        }

        return challenges.MoveToImmutable();
    }

    /// <summary>
    /// Which of a miner's sectors a winning PoSt is of, as an index into its eligible sectors
    /// (filecoin-proofs <c>generate_winning_post_sector_challenge</c>; one sector is asked for).
    /// </summary>
    /// <param name="randomness">The PoSt's randomness.</param>
    /// <param name="prover">The miner.</param>
    /// <param name="sectors">Number of eligible sectors, at least one.</param>
    public static ulong WinningSector(PoStRandomness randomness, ProverId prover, ulong sectors)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sectors);
        Span<byte> preimage = stackalloc byte[72], digest = stackalloc byte[Sha256.DigestSize];
        prover.Span.CopyTo(preimage);
        randomness.Span.CopyTo(preimage[32..]);
        preimage[64..].Clear();
        Sha256.Hash(preimage, digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest) % sectors;
    }
}
