using Filecoin.Proving.Sectors;
using Filecoin.Proving.Wire;

namespace Filecoin.Proving.PoRep;

/// <summary>The lengths of everything in a sector's vanilla proof.</summary>
internal sealed class VanillaProofShape(PoRepConfig config)
{
    public MerkleProofShape TreeD { get; } = MerkleProofShape.TreeD(config.SectorSize);

    /// <summary>TreeC and TreeR.</summary>
    public MerkleProofShape Tree { get; } = MerkleProofShape.Replica(config.SectorSize);

    public int Layers => config.Layers;

    public ulong Nodes => (ulong)config.SectorSize.Nodes;

    public int Partitions => config.Partitions;

    public int ChallengesPerPartition => config.ChallengesPerPartition;

    /// <summary>Bytes of one challenge's proof in bincode.</summary>
    public int ChallengeBincodeLength
    {
        get
        {
            var labeling = 8 + (LabelingProof.ParentCount * 32) + 4 + 8;
            var column = 4 + 8 + (Layers * 32) + Tree.BincodeLength;
            return TreeD.BincodeLength + Tree.BincodeLength + ((1 + PoRepConfig.Degree) * column) + 16 + 8 + ((Layers + 1) * labeling);
        }
    }

    /// <summary>Bytes of a C1 output in bincode.</summary>
    public int BincodeLength => 8 + (Partitions * (8 + (ChallengesPerPartition * ChallengeBincodeLength))) + (5 * 32);
}
