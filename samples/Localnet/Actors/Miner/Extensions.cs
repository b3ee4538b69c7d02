using System.Collections.Immutable;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;

namespace Filecoin.Samples.Localnet.Actors.Miner;

/// <summary>Method 32: sectors live longer (builtin-actors <c>extend_sector_expiration2</c>). There are no claims here, so no power changes.</summary>
internal static class Extensions
{
    /// <summary>Extends sectors of any partitions.</summary>
    public static void Run(MinerCall call, ExtendSectorExpiration2Params parameters)
    {
        _ = Declarations.Collect(call, parameters.Extensions.Select(extension => new SectorSelection(extension.Deadline, extension.Partition, extension.Sectors)));
        call.RequireController();
        foreach (ExpirationExtension2 extension in parameters.Extensions)
        {
            if (extension.SectorsWithClaims.Count > 0)
                throw new ActorException(ExitCode.NotFound, "there are no verified claims here");
            Declarations.Change(call, new SectorSelection(extension.Deadline, extension.Partition, extension.Sectors), partition =>
            {
                Bitfield inactive = extension.Sectors.Except(partition.Active);
                return inactive.IsEmpty ? partition : throw ActorException.Illegal($"sectors {inactive} are not active");
            });
            ImmutableSortedDictionary<ulong, SectorOnChainInfo> sectors = call.State.Sectors;
            call.State = call.State with
            {
                Sectors = sectors.SetItems(extension.Sectors.Bits().Select(number => KeyValuePair.Create(number, Extend(call, sectors[number], extension.NewExpiration)))),
            };
        }
    }

    private static SectorOnChainInfo Extend(MinerCall call, SectorOnChainInfo sector, ChainEpoch expiration)
    {
        // A sector's expiration can have passed while its deadline has not closed yet.
        if (sector.Expiration.Value < call.Epoch)
            throw new ActorException(ExitCode.Forbidden, $"sector {sector.SectorNumber} expired at {sector.Expiration}");
        if (expiration < sector.Expiration)
            throw ActorException.Illegal($"sector {sector.SectorNumber} expires at {sector.Expiration}, which {expiration} would shorten");
        PreCommit.CheckExpiration(call.Policy, call.Epoch, sector.Activation.Value, expiration.Value);
        long before = sector.Expiration - sector.PowerBaseEpoch;
        return sector with
        {
            Expiration = expiration,
            PowerBaseEpoch = call.Epoch,
            DealWeight = new TokenAmount(sector.DealWeight.Atto * (sector.Expiration.Value - call.Epoch) / before),
        };
    }
}
