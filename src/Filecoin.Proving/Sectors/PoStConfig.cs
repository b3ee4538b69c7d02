namespace Filecoin.Proving.Sectors;

/// <summary>Which proof of spacetime.</summary>
public enum PoStKind
{
    /// <summary>Proves one sector within one epoch, to win a block.</summary>
    Winning = 0,

    /// <summary>Proves a partition of sectors each proving period.</summary>
    Window = 1,
}

/// <summary>Everything that a proof of spacetime fixes (filecoin-proofs <c>constants.rs</c>, <c>types/post_config.rs</c>).</summary>
public sealed record PoStConfig
{
    /// <summary>Challenges of a winning PoSt, all on one sector.</summary>
    public const int WinningChallenges = 66;

    /// <summary>Challenges of each sector of a window PoSt.</summary>
    public const int WindowChallenges = 10;

    private PoStConfig()
    {
    }

    /// <summary>Winning or window.</summary>
    public required PoStKind Kind { get; init; }

    /// <summary>The sectors' size.</summary>
    public required SectorSize SectorSize { get; init; }

    /// <summary>
    /// The behaviour of the challenges. The actors' window proofs <c>V1_1</c> are version 1.2 of the proofs; the older window proofs
    /// and the winning proofs are version 1.0 (filecoin-ffi <c>proofs/types.rs</c>).
    /// </summary>
    public required ApiVersion ApiVersion { get; init; }

    /// <summary>The registered proof, where there is one.</summary>
    public RegisteredPoStProof? RegisteredProof { get; private init; }

    /// <summary>The shape of TreeR.</summary>
    public TreeShape Tree => TreeShape.For(SectorSize);

    /// <summary>Challenges on each sector: 66 winning, 10 window.</summary>
    public int ChallengesPerSector => Kind == PoStKind.Winning ? WinningChallenges : WindowChallenges;

    /// <summary>Sectors of one partition: 1 winning; 2349 (32 GiB), 2300 (64 GiB) or 2 window.</summary>
    public int SectorsPerPartition => Kind switch
    {
        PoStKind.Winning => 1,
        _ when SectorSize == SectorSize.GiB32 => 2349,
        _ when SectorSize == SectorSize.GiB64 => 2300,
        _ => 2,
    };

    /// <summary>Sectors as the circuit counts them: a winning PoSt is 66 times the same sector.</summary>
    public int CircuitSectors => Kind == PoStKind.Winning ? WinningChallenges : SectorsPerPartition;

    /// <summary>Challenges on each sector as the circuit counts them: 1 winning, 10 window.</summary>
    public int CircuitChallenges => Kind == PoStKind.Winning ? 1 : WindowChallenges;

    /// <summary>The configuration of a registered proof.</summary>
    /// <exception cref="RegisteredProofException">The id is not registered.</exception>
    public static PoStConfig For(RegisteredPoStProof proof) =>
        RegisteredProofs.TryDescribe(proof, out var kind, out var size, out var version)
            ? new PoStConfig { Kind = kind, SectorSize = size, ApiVersion = version, RegisteredProof = proof }
            : throw new RegisteredProofException("PoSt proof", (long)proof);

    /// <summary>The configuration of a kind, size and version.</summary>
    /// <exception cref="SectorSizeException">The size is none of the ten.</exception>
    public static PoStConfig Create(PoStKind kind, SectorSize size, ApiVersion version)
    {
        _ = TreeShape.For(size);
        _ = version.ToText();
        return new PoStConfig
        {
            Kind = kind,
            SectorSize = size,
            ApiVersion = version,
            RegisteredProof = RegisteredProofs.Find(kind, size, version),
        };
    }
}
