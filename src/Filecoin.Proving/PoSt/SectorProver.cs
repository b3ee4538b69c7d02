using System.Collections.Immutable;
using Filecoin.Native.Fields;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;
using Filecoin.Proving.Trees;

namespace Filecoin.Proving.PoSt;

/// <summary>Reads a sector's vanilla proof from its sealed file and its TreeR, on the machine that stores it.</summary>
public static class SectorProver
{
    /// <summary>Opens the challenged nodes and checks that they lead to CommR.</summary>
    /// <param name="size">The sector's size.</param>
    /// <param name="files">Where it is.</param>
    /// <param name="sector">Its number and CommR.</param>
    /// <param name="challenges">The challenged nodes; see <see cref="PoStChallenges.ForSector"/>.</param>
    /// <param name="cancellation">Ends the work between two challenges.</param>
    /// <exception cref="ArgumentOutOfRangeException">A challenge is not in the sector.</exception>
    /// <exception cref="SectorFileException">A file is missing, truncated, of another sector, or contradicts another.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static SectorProof Prove(
        SectorSize size, ReplicaFiles files, PoStSector sector, ReadOnlySpan<ulong> challenges, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        foreach (var challenge in challenges)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(challenge, (ulong)size.Nodes, nameof(challenges));

        var shape = TreeShape.For(size);
        var aux = PersistentAux.Read(files.CacheDirectory);
        var auxPath = Path.Combine(files.CacheDirectory, CacheFiles.PersistentAux);
        if (aux.CommR != sector.CommR)
            throw new SectorFileException(SectorFileFault.OtherSector, auxPath, null, $"CommR {sector.CommR}", aux.CommR.ToString());

        try
        {
            using var tree = SectorTree.OpenTreeR(files.CacheDirectory, files.SealedPath, shape);
            if (tree.Root != aux.CommRLast)
                throw Contradiction(files, shape, $"the root {aux.CommRLast}", tree.Root.ToString());
            var inclusions = ImmutableArray.CreateBuilder<MerkleProof>(challenges.Length);
            foreach (var challenge in challenges)
            {
                cancellation.ThrowIfCancellationRequested();
                inclusions.Add(tree.Open((long)challenge));
            }

            var proof = new SectorProof
            {
                Sector = sector.Number,
                CommR = sector.CommR,
                CommC = aux.CommC,
                CommRLast = aux.CommRLast,
                Inclusions = inclusions.MoveToImmutable(),
            };
            return PoStCheck.Fault(shape, sector, challenges, proof) is { } fault
                ? throw Contradiction(files, shape, "paths from the sealed file to the root", fault.ToString())
                : proof;
        }
        catch (NonCanonicalFieldElementException error)
        {
            throw new SectorFileException(
                SectorFileFault.Content, files.SealedPath, null, "field elements in the sealed file and its tree", error.Message, error);
        }
    }

    private static SectorFileException Contradiction(ReplicaFiles files, TreeShape shape, string expected, string found) =>
        new(SectorFileFault.Content, CacheFiles.TreeR(files.CacheDirectory, 0, shape.SubTreeCount), null, expected, found);
}
