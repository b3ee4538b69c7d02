namespace Filecoin.Proving.Sectors;

/// <summary>
/// The actors' ids of seal proofs (go-state-types <c>abi/sector.go</c>). Ids from 1000 are this library's own, for the sizes that exist
/// only to test tree shapes: they never go to a chain.
/// </summary>
public enum RegisteredSealProof : long
{
    /// <summary>2 KiB, version 1.0.</summary>
    StackedDrg2KiBV1 = 0,

    /// <summary>8 MiB, version 1.0.</summary>
    StackedDrg8MiBV1 = 1,

    /// <summary>512 MiB, version 1.0.</summary>
    StackedDrg512MiBV1 = 2,

    /// <summary>32 GiB, version 1.0.</summary>
    StackedDrg32GiBV1 = 3,

    /// <summary>64 GiB, version 1.0.</summary>
    StackedDrg64GiBV1 = 4,

    /// <summary>2 KiB, version 1.1.</summary>
    StackedDrg2KiBV1_1 = 5,

    /// <summary>8 MiB, version 1.1.</summary>
    StackedDrg8MiBV1_1 = 6,

    /// <summary>512 MiB, version 1.1.</summary>
    StackedDrg512MiBV1_1 = 7,

    /// <summary>32 GiB, version 1.1.</summary>
    StackedDrg32GiBV1_1 = 8,

    /// <summary>64 GiB, version 1.1.</summary>
    StackedDrg64GiBV1_1 = 9,

    /// <summary>2 KiB, synthetic PoRep.</summary>
    StackedDrg2KiBV1_1_Feat_SyntheticPoRep = 10,

    /// <summary>8 MiB, synthetic PoRep.</summary>
    StackedDrg8MiBV1_1_Feat_SyntheticPoRep = 11,

    /// <summary>512 MiB, synthetic PoRep.</summary>
    StackedDrg512MiBV1_1_Feat_SyntheticPoRep = 12,

    /// <summary>32 GiB, synthetic PoRep.</summary>
    StackedDrg32GiBV1_1_Feat_SyntheticPoRep = 13,

    /// <summary>64 GiB, synthetic PoRep.</summary>
    StackedDrg64GiBV1_1_Feat_SyntheticPoRep = 14,

    /// <summary>2 KiB, non-interactive PoRep.</summary>
    StackedDrg2KiBV1_2_Feat_NiPoRep = 15,

    /// <summary>8 MiB, non-interactive PoRep.</summary>
    StackedDrg8MiBV1_2_Feat_NiPoRep = 16,

    /// <summary>512 MiB, non-interactive PoRep.</summary>
    StackedDrg512MiBV1_2_Feat_NiPoRep = 17,

    /// <summary>32 GiB, non-interactive PoRep.</summary>
    StackedDrg32GiBV1_2_Feat_NiPoRep = 18,

    /// <summary>64 GiB, non-interactive PoRep.</summary>
    StackedDrg64GiBV1_2_Feat_NiPoRep = 19,

    /// <summary>4 KiB, version 1.0.</summary>
    StackedDrg4KiBV1 = 1000,

    /// <summary>16 KiB, version 1.0.</summary>
    StackedDrg16KiBV1 = 1001,

    /// <summary>32 KiB, version 1.0.</summary>
    StackedDrg32KiBV1 = 1002,

    /// <summary>16 MiB, version 1.0.</summary>
    StackedDrg16MiBV1 = 1003,

    /// <summary>1 GiB, version 1.0.</summary>
    StackedDrg1GiBV1 = 1004,

    /// <summary>4 KiB, version 1.1.</summary>
    StackedDrg4KiBV1_1 = 1005,

    /// <summary>16 KiB, version 1.1.</summary>
    StackedDrg16KiBV1_1 = 1006,

    /// <summary>32 KiB, version 1.1.</summary>
    StackedDrg32KiBV1_1 = 1007,

    /// <summary>16 MiB, version 1.1.</summary>
    StackedDrg16MiBV1_1 = 1008,

    /// <summary>1 GiB, version 1.1.</summary>
    StackedDrg1GiBV1_1 = 1009,

    /// <summary>4 KiB, synthetic PoRep.</summary>
    StackedDrg4KiBV1_1_Feat_SyntheticPoRep = 1010,

    /// <summary>16 KiB, synthetic PoRep.</summary>
    StackedDrg16KiBV1_1_Feat_SyntheticPoRep = 1011,

    /// <summary>32 KiB, synthetic PoRep.</summary>
    StackedDrg32KiBV1_1_Feat_SyntheticPoRep = 1012,

    /// <summary>16 MiB, synthetic PoRep.</summary>
    StackedDrg16MiBV1_1_Feat_SyntheticPoRep = 1013,

    /// <summary>1 GiB, synthetic PoRep.</summary>
    StackedDrg1GiBV1_1_Feat_SyntheticPoRep = 1014,

    /// <summary>4 KiB, non-interactive PoRep.</summary>
    StackedDrg4KiBV1_2_Feat_NiPoRep = 1015,

    /// <summary>16 KiB, non-interactive PoRep.</summary>
    StackedDrg16KiBV1_2_Feat_NiPoRep = 1016,

    /// <summary>32 KiB, non-interactive PoRep.</summary>
    StackedDrg32KiBV1_2_Feat_NiPoRep = 1017,

    /// <summary>16 MiB, non-interactive PoRep.</summary>
    StackedDrg16MiBV1_2_Feat_NiPoRep = 1018,

    /// <summary>1 GiB, non-interactive PoRep.</summary>
    StackedDrg1GiBV1_2_Feat_NiPoRep = 1019,
}
