using System.Collections.Immutable;

namespace Filecoin.Proving.Sectors;

/// <summary>
/// How the ids of registered proofs are made: groups of five sizes in a fixed order, one group for each version and feature; the test
/// sizes repeat the pattern from <see cref="TestBase"/>.
/// </summary>
public static class RegisteredProofs
{
    /// <summary>First id of the test sizes.</summary>
    internal const long TestBase = 1000;

    private const int GroupSize = 5;

    private static readonly ImmutableArray<SectorSize> Registered =
        [SectorSize.KiB2, SectorSize.MiB8, SectorSize.MiB512, SectorSize.GiB32, SectorSize.GiB64];

    private static readonly ImmutableArray<SectorSize> Test =
        [SectorSize.KiB4, SectorSize.KiB16, SectorSize.KiB32, SectorSize.MiB16, SectorSize.GiB1];

    private static readonly ImmutableArray<(ApiVersion Version, PoRepFeature Feature)> SealGroups =
    [
        (ApiVersion.V1_0, PoRepFeature.None),
        (ApiVersion.V1_1, PoRepFeature.None),
        (ApiVersion.V1_2, PoRepFeature.Synthetic),
        (ApiVersion.V1_2, PoRepFeature.NonInteractive),
    ];

    private static readonly ImmutableArray<(PoStKind Kind, ApiVersion Version)> PoStGroups =
    [
        (PoStKind.Winning, ApiVersion.V1_0),
        (PoStKind.Window, ApiVersion.V1_0),
        (PoStKind.Window, ApiVersion.V1_2),
    ];

    /// <summary>The winning PoSt proof of sectors sealed with <paramref name="proof"/>.</summary>
    /// <exception cref="RegisteredProofException">The id is not registered.</exception>
    public static RegisteredPoStProof WinningPoSt(this RegisteredSealProof proof) =>
        Find(PoStKind.Winning, PoRepConfig.For(proof).SectorSize, ApiVersion.V1_0)!.Value;

    /// <summary>The window PoSt proof, since network version 19, of sectors sealed with <paramref name="proof"/>.</summary>
    /// <exception cref="RegisteredProofException">The id is not registered.</exception>
    public static RegisteredPoStProof WindowPoSt(this RegisteredSealProof proof) =>
        Find(PoStKind.Window, PoRepConfig.For(proof).SectorSize, ApiVersion.V1_2)!.Value;

    /// <summary>The registered proof of a size, version and feature, if there is one.</summary>
    public static RegisteredSealProof? Find(SectorSize size, ApiVersion version, PoRepFeature feature) =>
        (RegisteredSealProof?)IdOf(size, SealGroups.IndexOf((version, feature)));

    /// <summary>The registered proof of a kind, size and version, if there is one.</summary>
    public static RegisteredPoStProof? Find(PoStKind kind, SectorSize size, ApiVersion version) =>
        (RegisteredPoStProof?)IdOf(size, PoStGroups.IndexOf((kind, version)));

    internal static bool TryDescribe(RegisteredSealProof proof, out SectorSize size, out ApiVersion version, out PoRepFeature feature)
    {
        var known = Split((long)proof, SealGroups.Length, out size, out var group);
        (version, feature) = known ? SealGroups[group] : default;
        return known;
    }

    internal static bool TryDescribe(RegisteredPoStProof proof, out PoStKind kind, out SectorSize size, out ApiVersion version)
    {
        var known = Split((long)proof, PoStGroups.Length, out size, out var group);
        (kind, version) = known ? PoStGroups[group] : default;
        return known;
    }

    /// <summary>
    /// The PoRep id: the number of the registered proof, where a test size takes the largest registered size below it, and version 1.2
    /// without a feature (which no actor knows) takes that of non-interactive PoRep.
    /// </summary>
    internal static PorepId PorepIdOf(SectorSize size, ApiVersion version, PoRepFeature feature)
    {
        var index = 0;
        while (index + 1 < Registered.Length && Registered[index + 1].Bytes <= size.Bytes)
            index++;
        var group = SealGroups.IndexOf((version, feature));
        if (group < 0)
            group = SealGroups.Length - 1;
        return PorepId.Create((ulong)((group * GroupSize) + index));
    }

    private static long? IdOf(SectorSize size, int group)
    {
        if (group < 0)
            return null;
        return (Registered.IndexOf(size), Test.IndexOf(size)) switch
        {
            ( >= 0 and var index, _) => (group * GroupSize) + index,
            (_, >= 0 and var index) => TestBase + (group * GroupSize) + index,
            _ => null,
        };
    }

    private static bool Split(long id, int groups, out SectorSize size, out int group)
    {
        var (first, sizes) = id >= TestBase ? (TestBase, Test) : (0, Registered);
        var known = id >= first && id < first + (groups * GroupSize);
        group = known ? (int)((id - first) / GroupSize) : 0;
        size = known ? sizes[(int)((id - first) % GroupSize)] : default;
        return known;
    }
}

/// <summary>A registered proof id that this library does not know, or that does not fit what it is used for.</summary>
public sealed class RegisteredProofException : ArgumentException
{
    /// <summary>An id that is not registered.</summary>
    public RegisteredProofException(string kind, long found)
        : base($"Registered {kind} {found} is unknown.") => Found = found;

    /// <summary>The id that was given.</summary>
    public long Found { get; }
}
