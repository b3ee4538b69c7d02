namespace Filecoin.Proving.PoRep;

/// <summary>The part of a vanilla proof in which it fails.</summary>
public enum PoRepProofPart
{
    /// <summary>The number of partitions, of challenges, or a length within a challenge's proof.</summary>
    Shape,

    /// <summary>CommR is not the hash of CommC and CommRLast.</summary>
    CommR,

    /// <summary>A challenge's proofs are of another TreeC than the first challenge's.</summary>
    CommC,

    /// <summary>A challenge's proof is of another TreeR than the first challenge's.</summary>
    CommRLast,

    /// <summary>Inclusion of the data node in TreeD.</summary>
    Data,

    /// <summary>Inclusion of the replica node in TreeR.</summary>
    Replica,

    /// <summary>Column of the challenged node.</summary>
    Column,

    /// <summary>Columns of the base parents.</summary>
    BaseParents,

    /// <summary>Columns of the expander parents.</summary>
    ExpanderParents,

    /// <summary>A label, or the parents it was hashed from.</summary>
    Labeling,

    /// <summary>The replica node is not the data node plus its key.</summary>
    Encoding,
}
