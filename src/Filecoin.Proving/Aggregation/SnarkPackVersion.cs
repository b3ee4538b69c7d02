namespace Filecoin.Proving.Aggregation;

/// <summary>The transcripts of aggregates that the network knows; the numbers are those of <c>RegisteredAggregationProof</c>.</summary>
public enum SnarkPackVersion
{
    /// <summary>The first (FIP-0013): the challenges of the first round and of the openings do not bind all that was sent before.</summary>
    V1 = 0,

    /// <summary>The one of today (network version 16 on): challenges bind everything.</summary>
    V2 = 1,
}
