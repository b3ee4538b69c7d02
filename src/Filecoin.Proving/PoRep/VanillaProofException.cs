namespace Filecoin.Proving.PoRep;

/// <summary>A vanilla proof that was just made from a sector's files does not verify: the files are damaged, or of another replica than asked for.</summary>
public sealed class VanillaProofException : Exception
{
    /// <summary>A proof that must not leave the machine.</summary>
    public VanillaProofException(PoRepProofFault fault)
        : base($"The sector's files do not prove the replica: {fault}.") => Fault = fault;

    /// <summary>Where and why the proof fails.</summary>
    public PoRepProofFault Fault { get; }
}
