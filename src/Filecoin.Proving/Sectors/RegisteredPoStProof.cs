namespace Filecoin.Proving.Sectors;

/// <summary>
/// The actors' ids of PoSt proofs (go-state-types <c>abi/sector.go</c>). Ids from 1000 are this library's own, for the sizes that exist
/// only to test tree shapes: they never go to a chain.
/// </summary>
public enum RegisteredPoStProof : long
{
    /// <summary>2 KiB, winning PoSt.</summary>
    StackedDrgWinning2KiBV1 = 0,

    /// <summary>8 MiB, winning PoSt.</summary>
    StackedDrgWinning8MiBV1 = 1,

    /// <summary>512 MiB, winning PoSt.</summary>
    StackedDrgWinning512MiBV1 = 2,

    /// <summary>32 GiB, winning PoSt.</summary>
    StackedDrgWinning32GiBV1 = 3,

    /// <summary>64 GiB, winning PoSt.</summary>
    StackedDrgWinning64GiBV1 = 4,

    /// <summary>2 KiB, window PoSt before network version 19.</summary>
    StackedDrgWindow2KiBV1 = 5,

    /// <summary>8 MiB, window PoSt before network version 19.</summary>
    StackedDrgWindow8MiBV1 = 6,

    /// <summary>512 MiB, window PoSt before network version 19.</summary>
    StackedDrgWindow512MiBV1 = 7,

    /// <summary>32 GiB, window PoSt before network version 19.</summary>
    StackedDrgWindow32GiBV1 = 8,

    /// <summary>64 GiB, window PoSt before network version 19.</summary>
    StackedDrgWindow64GiBV1 = 9,

    /// <summary>2 KiB, window PoSt.</summary>
    StackedDrgWindow2KiBV1_1 = 10,

    /// <summary>8 MiB, window PoSt.</summary>
    StackedDrgWindow8MiBV1_1 = 11,

    /// <summary>512 MiB, window PoSt.</summary>
    StackedDrgWindow512MiBV1_1 = 12,

    /// <summary>32 GiB, window PoSt.</summary>
    StackedDrgWindow32GiBV1_1 = 13,

    /// <summary>64 GiB, window PoSt.</summary>
    StackedDrgWindow64GiBV1_1 = 14,

    /// <summary>4 KiB, winning PoSt.</summary>
    StackedDrgWinning4KiBV1 = 1000,

    /// <summary>16 KiB, winning PoSt.</summary>
    StackedDrgWinning16KiBV1 = 1001,

    /// <summary>32 KiB, winning PoSt.</summary>
    StackedDrgWinning32KiBV1 = 1002,

    /// <summary>16 MiB, winning PoSt.</summary>
    StackedDrgWinning16MiBV1 = 1003,

    /// <summary>1 GiB, winning PoSt.</summary>
    StackedDrgWinning1GiBV1 = 1004,

    /// <summary>4 KiB, window PoSt before network version 19.</summary>
    StackedDrgWindow4KiBV1 = 1005,

    /// <summary>16 KiB, window PoSt before network version 19.</summary>
    StackedDrgWindow16KiBV1 = 1006,

    /// <summary>32 KiB, window PoSt before network version 19.</summary>
    StackedDrgWindow32KiBV1 = 1007,

    /// <summary>16 MiB, window PoSt before network version 19.</summary>
    StackedDrgWindow16MiBV1 = 1008,

    /// <summary>1 GiB, window PoSt before network version 19.</summary>
    StackedDrgWindow1GiBV1 = 1009,

    /// <summary>4 KiB, window PoSt.</summary>
    StackedDrgWindow4KiBV1_1 = 1010,

    /// <summary>16 KiB, window PoSt.</summary>
    StackedDrgWindow16KiBV1_1 = 1011,

    /// <summary>32 KiB, window PoSt.</summary>
    StackedDrgWindow32KiBV1_1 = 1012,

    /// <summary>16 MiB, window PoSt.</summary>
    StackedDrgWindow16MiBV1_1 = 1013,

    /// <summary>1 GiB, window PoSt.</summary>
    StackedDrgWindow1GiBV1_1 = 1014,
}
