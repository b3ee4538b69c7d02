using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoSt;

/// <summary>Checks vanilla PoSt proofs (storage-proofs-post <c>fallback/vanilla.rs</c>, <c>verify</c>).</summary>
public static class PoStCheck
{
    /// <summary>Whether every sector's proof opens its challenged nodes.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="inputs">Randomness and the sectors, in ascending order of their numbers.</param>
    /// <param name="proofs">A proof for each sector, in the same order.</param>
    /// <param name="fault">Where and why not, if the answer is false.</param>
    /// <param name="degree">Threads at most; 0 is one a processor.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static bool Verify(
        PoStConfig config,
        PoStPublicInputs inputs,
        ImmutableArray<SectorProof> proofs,
        [NotNullWhen(false)] out PoStProofFault? fault,
        int degree = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        if (proofs.Length != inputs.Sectors.Length)
        {
            fault = new(default, -1, PoStProofPart.Shape, $"expected proofs of {inputs.Sectors.Length} sectors, found {proofs.Length}");
            return false;
        }

        var faults = new PoStProofFault?[proofs.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = degree == 0 ? -1 : degree, CancellationToken = cancellation };
        Parallel.For(0, proofs.Length, options, (position, state) =>
        {
            if (state.ShouldExitCurrentIteration && state.LowestBreakIteration < position)
                return;
            faults[position] = Fault(config, inputs.Randomness, inputs.Sectors[position], position, proofs[position]);
            if (faults[position] is not null)
                state.Break();
        });
        fault = Array.Find(faults, f => f is not null);
        return fault is null;
    }

    /// <summary>Whether one sector's proof opens its challenged nodes.</summary>
    /// <param name="config">The registered proof.</param>
    /// <param name="randomness">The PoSt's randomness.</param>
    /// <param name="sector">The sector.</param>
    /// <param name="position">Its place among all sectors of the proof; see <see cref="PoStChallenges.ForSector"/>.</param>
    /// <param name="proof">Its proof.</param>
    /// <param name="fault">Where and why not, if the answer is false.</param>
    public static bool Verify(
        PoStConfig config,
        PoStRandomness randomness,
        PoStSector sector,
        int position,
        SectorProof proof,
        [NotNullWhen(false)] out PoStProofFault? fault)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(proof);
        fault = Fault(config, randomness, sector, position, proof);
        return fault is null;
    }

    internal static PoStProofFault? Fault(TreeShape tree, PoStSector sector, ReadOnlySpan<ulong> challenges, SectorProof proof)
    {
        if (proof.Sector != sector.Number)
            return Fault(-1, PoStProofPart.Sector, $"expected sector {sector.Number}, found {proof.Sector}");
        if (proof.Inclusions.Length != challenges.Length)
            return Fault(-1, PoStProofPart.Shape, $"expected {challenges.Length} inclusions, found {proof.Inclusions.Length}");
        if (proof.CommR != sector.CommR)
            return Fault(-1, PoStProofPart.CommR, $"expected {sector.CommR}, found {proof.CommR}");
        if (!InclusionBatch.IsCanonical([proof.CommC, proof.CommRLast]) || CompoundRoot.CommR(proof.CommC, proof.CommRLast) != sector.CommR)
            return Fault(-1, PoStProofPart.CommR, $"expected the hash of CommC and CommRLast to be {sector.CommR}, found another");

        for (var i = 0; i < challenges.Length; i++)
        {
            var inclusion = proof.Inclusions[i];
            if (!inclusion.HasShape(tree.BaseArity, tree.SubTreeArity, tree.TopTreeArity, tree.SectorSize.Nodes))
                return Fault(i, PoStProofPart.Shape, "expected a path of the sector's TreeR, found another");
            if (inclusion.Root != proof.CommRLast)
                return Fault(i, PoStProofPart.CommRLast, $"expected {proof.CommRLast}, found {inclusion.Root}");
            if ((ulong)inclusion.LeafIndex != challenges[i])
                return Fault(i, PoStProofPart.Challenge, $"expected node {challenges[i]}, found {inclusion.LeafIndex}");
            if (!InclusionBatch.IsCanonical(inclusion))
                return Fault(i, PoStProofPart.Inclusion, "expected field elements, found bytes that are none");
        }

        var invalid = InclusionBatch.FirstInvalid(TreeHasher.Poseidon, proof.Inclusions.AsSpan());
        return invalid < 0 ? null : Fault(invalid, PoStProofPart.Inclusion, "expected a path to the root, found one that leads elsewhere");

        PoStProofFault Fault(int challenge, PoStProofPart part, string detail) => new(sector.Number, challenge, part, detail);
    }

    private static PoStProofFault? Fault(PoStConfig config, PoStRandomness randomness, PoStSector sector, int position, SectorProof proof) =>
        Fault(config.Tree, sector, PoStChallenges.ForSector(config, randomness, sector.Number, position).AsSpan(), proof);
}
