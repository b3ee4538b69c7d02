using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Chain.Actors;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Messages;
using Filecoin.Sealing.Store;

namespace Filecoin.Samples.Miner.Commands;

/// <summary><c>init</c>: makes a home, and a miner actor unless one is named.</summary>
internal static class InitCommand
{
    private static readonly Address PowerActor = Address.FromId(4);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var chain = new Option<string>("--chain") { Description = "The API of a node or of a proxy before several, 'TOKEN:ws://…'.", Required = true };
        var actor = new Option<string?>("--actor") { Description = "A miner that exists, t01000. Default: makes one." };
        var owner = new Option<string?>("--owner") { Description = "Owner and worker of a new miner, a BLS address of the node's wallet. Default: its first." };
        var proof = new Option<string>("--proof") { Description = "The seal proof of new sectors.", DefaultValueFactory = _ => new MinerConfig().SealProof };
        var database = new Option<string>("--database") { Description = "A file in the home, or postgres://….", DefaultValueFactory = _ => new MinerConfig().Database };
        var listen = new Option<string>("--listen") { Description = "Where the hub listens.", DefaultValueFactory = _ => new MinerConfig().Listen };
        var parameters = new Option<string>("--params") { Description = "The directory of Groth16 parameters.", DefaultValueFactory = _ => new ParameterConfig().Directory };
        var insecure = new Option<bool>("--insecure") { Description = "Takes parameters of a development set-up: test networks only." };
        var aggregate = new Option<bool>("--aggregate") { Description = "Aggregates the proofs of sectors that share a message; takes the reference string among the parameters." };
        var command = new Command("init", "Makes the miner's home.") { chain, actor, owner, proof, database, listen, parameters, insecure, aggregate };
        command.SetAction(async (parsed, cancellation) =>
        {
            var home = new MinerHome(parsed.GetRequiredValue(CommonOptions.Home));
            var config = new MinerConfig
            {
                Miner = parsed.GetValue(actor) ?? "",
                Database = parsed.GetRequiredValue(database),
                Listen = parsed.GetRequiredValue(listen),
                SealProof = parsed.GetRequiredValue(proof),
                Chain = new ChainConfig { Url = parsed.GetRequiredValue(chain) },
                Aggregate = parsed.GetValue(aggregate) ? new AggregateConfig() : null,
                Parameters = new ParameterConfig { Directory = Path.GetFullPath(parsed.GetRequiredValue(parameters)), AllowInsecure = parsed.GetValue(insecure) },
            };
            config = await InitAsync(home, config, parsed.GetValue(owner), cancellation);
            Console.WriteLine($"miner {config.Miner} in {home.Directory}; start it by 'filecoin-miner run --home {home.Directory}'");
        });
        return command;
    }

    /// <summary>Makes the home; with no miner in the configuration, makes the actor too.</summary>
    public static async Task<MinerConfig> InitAsync(MinerHome home, MinerConfig config, string? owner, CancellationToken cancellation)
    {
        if (File.Exists(home.PathOf(MinerConfig.FileName)))
            throw new MinerException($"{home.Directory} has a miner already");
        Directory.CreateDirectory(home.Directory);
        await using var transport = config.Chain.Connect();
        NetworkPolicy? policy = await PolicyAsync(transport, cancellation);
        if (policy is not null)
            config = config with { Chain = config.Chain with { Policy = policy } };
        if (config.Miner.Length == 0)
            config = config with { Miner = (await CreateActorAsync(home, config, transport, owner, cancellation)).ToString() };
        foreach (string path in config.StoragePaths(home).Where(path => !File.Exists(Path.Combine(path, Proving.Storage.StorageLayout.MetaFile))))
            StorageCommand.Init(path, seal: true, store: true);
        Write(home, config);
        return config;
    }

    /// <summary>A development network tells its constants; the others have those of mainnet.</summary>
    private static async Task<NetworkPolicy?> PolicyAsync(WebSocketRpcTransport transport, CancellationToken cancellation)
    {
        try
        {
            ReadOnlyMemory<byte> json = await transport.CallAsync("Localnet.Policy", "[]"u8.ToArray(), cancellation);
            return JsonSerializer.Deserialize<NetworkPolicy>(json.Span);
        }
        catch (RpcErrorException)
        {
            return null;
        }
    }

    private static async Task<Address> CreateActorAsync(
        MinerHome home, MinerConfig config, WebSocketRpcTransport transport, string? owner, CancellationToken cancellation)
    {
        var wallet = new WalletApi(transport);
        Address account = owner is null
            ? (await wallet.WalletListAsync(cancellation)).FirstOrDefault(address => address.Protocol == AddressProtocol.Bls)
            : Address.Parse(owner);
        if (!account.IsDefined)
            throw new MinerException("the node's wallet has no BLS address: make one, or name one by --owner");
        RegisteredPoStProof windowProof = config.SealProofKind().WindowPoSt();
        await using Proving.Database.SqlDatabase database = Proving.Database.SqlDatabase.Open(home.Database(config.Database));
        await MessageSchema.MigrateAsync(database, cancellation);
        var sender = new MessageSender(database, new RpcMessageChain(transport), new NodeWalletSigner(wallet), new MessageOptions { Policy = config.Chain.Policy });
        var parameters = new CreateMinerParams(account, account, (long)windowProof, ReadOnlyMemory<byte>.Empty, []);
        MessageStatus sent = await sender.SendAsync(
            new OutgoingMessage
            {
                // A home makes one miner, however often its making was cut off.
                IdempotencyKey = "create-miner",
                Kind = MessageKind.Other,
                From = account,
                To = PowerActor,
                Method = PowerMethods.CreateMiner,
                Params = DagCbor.Encode(parameters),
            },
            cancellation);
        MessageStatus landed = await LandedAsync(new MessageWatcher(sender), sent.Id, cancellation);
        if (!landed.Succeeded)
            throw new MinerException($"the chain made no miner: {landed.Reason ?? $"exit code {landed.ExitCode}"}");
        return DagCbor.Decode<CreateMinerReturn>(landed.Return.Span).IdAddress;
    }

    // No hub runs yet that would see the message to its end.
    private static async Task<MessageStatus> LandedAsync(MessageWatcher watcher, string message, CancellationToken cancellation)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task watching = watcher.RunAsync(stopping.Token);
        try
        {
            return await watcher.WatchAsync(message, cancellation);
        }
        finally
        {
            await stopping.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Write(MinerHome home, MinerConfig config)
    {
        JsonObject json = (JsonObject)JsonSerializer.SerializeToNode(config)!;
        // What nobody chose is left to the defaults.
        foreach (string name in json.Where(member => member.Value is null).Select(member => member.Key).ToList())
            json.Remove(name);
        File.WriteAllText(home.PathOf(MinerConfig.FileName), json.ToJsonString(Indented));
    }
}
