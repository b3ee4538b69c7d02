using System.Net;
using System.Text.Json.Serialization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Sectors;
using Filecoin.Proving.Storage.Remote;
using Filecoin.Sealing.Pipeline;
using Microsoft.Extensions.Configuration;

namespace Filecoin.Samples.Miner;

/// <summary>
/// <c>miner.json</c> in the miner's home. Every member is overridden by an environment variable of its path: <c>FILECOIN_MINER__DATABASE</c>,
/// <c>FILECOIN_MINER__CHAIN__URL</c>.
/// </summary>
internal sealed record MinerConfig
{
    public const string FileName = "miner.json";
    public const string DefaultStorage = "storage";
    public const string EnvironmentPrefix = "FILECOIN_MINER__";

    /// <summary>The miner actor, as an id address.</summary>
    public string Miner { get; init; } = "";

    /// <summary>A path in the home, or <c>postgres://…</c> for many machines.</summary>
    public string Database { get; init; } = "miner.db";

    public ChainConfig Chain { get; init; } = new();

    /// <summary>Where the hub listens: the workers' API, the sector index, remote storage, health.</summary>
    public string Listen { get; init; } = "127.0.0.1:2345";

    /// <summary>Storage paths of this machine, each with its <c>sectorstore.json</c>; none named is <see cref="DefaultStorage"/>.</summary>
    /// <remarks>The binder adds what it reads to what a property begins with, so the default is not here.</remarks>
    public IReadOnlyList<string> Storage { get; init; } = [];

    public string SealProof { get; init; } = "StackedDrg32GiBV1_1";

    /// <summary>How long precommits and proofs wait for company in a message; null for the pipeline's own limits.</summary>
    public TimeSpan? BatchWait { get; init; }

    /// <summary>Whether the proofs of sectors that share a message are aggregated, and when; null for never.</summary>
    public AggregateConfig? Aggregate { get; init; }

    /// <summary>How long a piece waits for others to fill its sector.</summary>
    public TimeSpan MaxWaitForSector { get; init; } = TimeSpan.FromHours(6);

    public ParameterConfig Parameters { get; init; } = new();

    /// <summary>This machine's name among those that share the database.</summary>
    public string Machine { get; init; } = Environment.MachineName;

    /// <summary>Whether this machine seals, and proves when no PoSt worker is there.</summary>
    public bool Seal { get; init; } = true;

    public bool ProveLocally { get; init; } = true;

    /// <summary>Whether blocks are mined when the miner wins.</summary>
    public bool Mine { get; init; } = true;

    /// <summary>Reads the file of a home and the environment.</summary>
    /// <exception cref="MinerException">There is no such file, or it cannot be used.</exception>
    public static MinerConfig Load(MinerHome home)
    {
        string path = home.PathOf(FileName);
        if (!File.Exists(path))
            throw new MinerException($"{path} does not exist: make it by 'filecoin-miner init --home {home.Directory}'");
        try
        {
            IConfigurationRoot root = new ConfigurationBuilder().AddJsonFile(path, optional: false).AddEnvironmentVariables(EnvironmentPrefix).Build();
            MinerConfig config = root.Get<MinerConfig>(options => options.ErrorOnUnknownConfiguration = true) ?? throw new InvalidDataException("it is empty");
            config.Validate();
            return config;
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or FormatException or ArgumentException)
        {
            throw new MinerException($"{path}: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    /// <summary>The directories of <see cref="Storage"/> or the one that stands for none.</summary>
    public IReadOnlyList<string> StoragePaths(MinerHome home) => [.. (Storage.Count > 0 ? Storage : [DefaultStorage]).Select(home.PathOf)];

    public Address MinerAddress() => Address.Parse(Miner);

    public RegisteredSealProof SealProofKind() => Enum.TryParse(SealProof, out RegisteredSealProof proof) && Enum.IsDefined(proof)
        ? proof : throw new ArgumentException($"SealProof: expected a name such as StackedDrg32GiBV1_1, found {SealProof}");

    /// <summary>Where other machines find this one's storage.</summary>
    [JsonIgnore]
    public string StorageUrl => $"http://{Listen}{RemoteStorageEndpoint.Root}";

    public SealingOptions Sealing(Address miner)
    {
        var options = new SealingOptions { Miner = miner, Proof = SealProofKind(), Policy = Chain.Policy, Aggregate = Aggregate?.Options() };
        if (BatchWait is { } wait)
        {
            options = options with
            {
                PreCommit = options.PreCommit with { MaxWait = wait, Slack = TimeSpan.Zero },
                Commit = options.Commit with { MaxWait = wait, Slack = TimeSpan.Zero },
            };
        }

        return Aggregate is not { } aggregate ? options : options with
        {
            Commit = options.Commit with { MaxSectors = aggregate.MaxSectors, MaxWait = aggregate.Wait },
        };
    }

    private void Validate()
    {
        if (MinerAddress().Protocol != AddressProtocol.Id)
            throw new ArgumentException($"Miner: expected an id address such as t01000, found {Miner}");
        _ = IPEndPoint.Parse(Listen);
        _ = SealProofKind();
        _ = Aggregate?.Options();
        Chain.Policy.Validate();
        if (Chain.Url.Length == 0)
            throw new ArgumentException("Chain.Url: expected the API of a node or of a proxy before several");
    }
}

/// <summary>How the chain is reached, and its constants.</summary>
internal sealed record ChainConfig
{
    /// <summary>The API of a node, or of the proxy before several; a token goes before it as <c>TOKEN:ws://…</c>.</summary>
    public string Url { get; init; } = "";

    /// <summary>The network's constants. The default is a copy: the binder writes into what it finds.</summary>
    public NetworkPolicy Policy { get; init; } = NetworkPolicy.Mainnet with { };

    /// <summary>A file of BLS secret keys, a line each in hexadecimal digits; without it the node's wallet signs.</summary>
    public string? Keys { get; init; }

    /// <summary>A connection, made with the first call. A busy node is waited for longer than a coordinator would, which has others.</summary>
    public WebSocketRpcTransport Connect() => new(RpcEndpoint.Parse(Url), new RpcTransportOptions { ConnectTimeout = TimeSpan.FromSeconds(30) });
}

/// <summary>
/// When commits go with one proof for all. The reference string lies with the parameters: the network's as <c>v28-fil-inner-product-v1.srs</c>, that
/// of a test network by <c>filecoin-worker params srs</c>. It must have room for all partitions of all sectors of a message.
/// </summary>
internal sealed record AggregateConfig
{
    /// <summary>Sectors of a message at least.</summary>
    public int MinSectors { get; init; } = 4;

    /// <summary>Sectors of a message at most.</summary>
    public int MaxSectors { get; init; } = 16;

    /// <summary>How long the first proof of a message waits for company, in place of <see cref="MinerConfig.BatchWait"/>.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromHours(1);

    /// <summary>FIL a gas unit: below this base fee each sector goes with its own proof.</summary>
    public string MinBaseFee { get; init; } = "0";

    public AggregateOptions Options()
    {
        if (Wait < TimeSpan.Zero)
            throw new ArgumentException($"Aggregate.Wait: expected no negative time, found {Wait}");
        if (MaxSectors < MinSectors)
            throw new ArgumentException($"Aggregate.MaxSectors: expected at least MinSectors, {MinSectors}, found {MaxSectors}");
        return new AggregateOptions { MinSectors = MinSectors, MinBaseFee = TokenAmount.ParseFil(MinBaseFee) };
    }
}

/// <summary>Where Groth16 parameters are.</summary>
internal sealed record ParameterConfig
{
    public string Directory { get; init; } = "/var/tmp/filecoin-proof-parameters";

    /// <summary>Takes parameters of a development set-up. Their maker can forge: for test networks only.</summary>
    public bool AllowInsecure { get; init; }
}

/// <summary>What a user can mend; its message says how.</summary>
internal sealed class MinerException(string message, Exception? innerException = null) : Exception(message, innerException);
