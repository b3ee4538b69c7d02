namespace Filecoin.Sealing.Tasks;

/// <summary>The steps of sealing on the machine, in their order.</summary>
public enum SealPhase
{
    /// <summary>TreeD over the data.</summary>
    TreeD,

    /// <summary>The layers of labels (SDR).</summary>
    Labels,

    /// <summary>TreeC over the layers' columns.</summary>
    TreeC,

    /// <summary>The replica and TreeR over it.</summary>
    Replica,

    /// <summary>Removal of what only sealing needed.</summary>
    Finalize,
}
