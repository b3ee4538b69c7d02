using System.Text.Json;
using Filecoin.Proving.PoRep;
using Filecoin.Proving.PoSt;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage;

namespace Filecoin.Samples.Worker;

/// <summary>A proof as it would go on chain, with what a verifier knows beside it: the whole input of <c>verify</c>.</summary>
internal sealed record SnarkRecord
{
    /// <summary><c>porep</c>, <c>winning</c> or <c>window</c>.</summary>
    public required string Kind { get; init; }

    public required string Miner { get; init; }

    public required RegisteredSealProof SealProof { get; init; }

    /// <summary>The seed, or the PoSt's randomness.</summary>
    public required string Randomness { get; init; }

    /// <summary>The sectors in ascending order: one, but for a window PoSt.</summary>
    public required IReadOnlyList<SnarkSector> Sectors { get; init; }

    /// <summary>192 bytes a partition, in hexadecimal.</summary>
    public required string Proof { get; init; }

    internal PoRepConfig Config => PoRepConfig.For(SealProof);

    /// <summary>What the chain knows of a PoRep.</summary>
    internal SealVerifyInfo SealInfo
    {
        get
        {
            var sector = Sectors is [var only] ? only : throw new FormatException($"Expected one sector of a PoRep, found {Sectors.Count}.");
            if (sector is not { CommD: { } commD, Ticket: { } ticket })
                throw new FormatException($"Expected CommD and ticket of sector {sector.Sector}, found none.");
            return new SealVerifyInfo(
                ProverId.FromActorId(Names.ActorId(Miner)), new SectorNumber(sector.Sector), Ticket.Parse(ticket), Seed.Parse(Randomness),
                Commitment.Parse(commD), Commitment.Parse(sector.CommR));
        }
    }

    /// <summary>What the chain knows of a PoSt.</summary>
    internal PoStPublicInputs PoStInputs => new(
        PoStRandomness.FromChain(PoStRandomness.Parse(Randomness).Span),
        [.. Sectors.Select(s => new PoStSector(new SectorNumber(s.Sector), Commitment.Parse(s.CommR)))]);

    internal void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        PendingFile.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, WorkerJson.Default.SnarkRecord));
    }

    internal static SnarkRecord Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), WorkerJson.Default.SnarkRecord) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new WorkerException($"'{path}': expected a proof as 'prove-snark' writes it: {error.Message}");
        }
    }
}

/// <summary>What the chain knows of a sector.</summary>
internal sealed record SnarkSector(ulong Sector, string CommR, string? CommD = null, string? Ticket = null);
