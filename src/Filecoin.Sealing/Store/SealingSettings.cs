using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Database;
using Filecoin.Proving.Sectors;
using Filecoin.Sealing.Pipeline;

namespace Filecoin.Sealing.Store;

/// <summary>
/// What every machine of a miner needs to know, kept by the hub in the database that they share: a machine that joins is given the database's description
/// and nothing else.
/// </summary>
public sealed record SealingSettings
{
    private const int MaxBytes = 1 << 16, SecretBytes = 32;

    private static readonly SqlMigration[] Steps =
    [
        new(1, _ => "CREATE TABLE seal_settings (id BIGINT NOT NULL PRIMARY KEY, document TEXT NOT NULL, secret TEXT NOT NULL)"),
    ];

    /// <summary>The miner actor, an id address.</summary>
    public required Address Miner { get; init; }

    /// <summary>What kind of proof new sectors get.</summary>
    public required RegisteredSealProof Proof { get; init; }

    /// <summary>Constants of the network.</summary>
    public NetworkPolicy Policy { get; init; } = NetworkPolicy.Mainnet;

    /// <summary>The API of a node or of a proxy before several, as machines reach it: <c>TOKEN:ws://host:port</c>.</summary>
    public required string Node { get; init; }

    /// <summary>How sectors are sealed, as far as a machine without a hub needs it.</summary>
    public SealingOptions Options => new() { Miner = Miner, Proof = Proof, Policy = Policy };

    /// <summary>The key of the tokens with which machines read each other's storage; made with the first <see cref="PublishAsync"/>.</summary>
    public RpcTokenKey? StorageKey { get; init; }

    /// <summary>Makes settings known to the machines that join from now on.</summary>
    /// <returns>The settings with the key of storage.</returns>
    /// <exception cref="ArgumentException">The database serves another miner.</exception>
    /// <exception cref="DatabaseException">The database did not answer.</exception>
    public static async Task<SealingSettings> PublishAsync(SqlDatabase database, SealingSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Policy.Validate();
        await MigrateAsync(database, cancellationToken).ConfigureAwait(false);
        var document = new Document { Miner = settings.Miner.ToString(), Proof = settings.Proof.ToString(), Policy = settings.Policy, Node = settings.Node };
        string text = JsonSerializer.Serialize(document, SettingsJson.Default.Document);
        string secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        return await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("INSERT INTO seal_settings (id, document, secret) VALUES (1, @text, @secret) ON CONFLICT (id) DO NOTHING", new { text, secret }).ConfigureAwait(false);
                SealingSettings known = Read((await session.FirstAsync<Row>($"SELECT document, secret FROM seal_settings WHERE id = 1 {session.Dialect.ForUpdate}").ConfigureAwait(false))!);
                if (known.Miner != settings.Miner)
                    throw new ArgumentException($"expected a database of miner {settings.Miner}, found one of {known.Miner}", nameof(database));
                await session.ExecuteAsync("UPDATE seal_settings SET document = @text WHERE id = 1", new { text }).ConfigureAwait(false);
                return settings with { StorageKey = known.StorageKey };
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the hub has made known.</summary>
    /// <returns>Null when no hub has run over this database.</returns>
    /// <exception cref="InvalidDataException">They are of another form.</exception>
    /// <exception cref="DatabaseException">The database did not answer.</exception>
    public static async Task<SealingSettings?> FindAsync(SqlDatabase database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        await MigrateAsync(database, cancellationToken).ConfigureAwait(false);
        Row? row = await database.ReadAsync(
            session => session.FirstAsync<Row>("SELECT document, secret FROM seal_settings WHERE id = 1"), cancellationToken).ConfigureAwait(false);
        return row is null ? null : Read(row);
    }

    private static Task MigrateAsync(SqlDatabase database, CancellationToken cancellationToken) => database.MigrateAsync("seal_settings", Steps, cancellationToken);

    private static SealingSettings Read(Row row)
    {
        if (row.Document.Length > MaxBytes)
            throw new InvalidDataException($"settings of the miner: expected at most {MaxBytes} characters, found {row.Document.Length}");
        try
        {
            Document document = JsonSerializer.Deserialize(row.Document, SettingsJson.Default.Document) ?? throw new JsonException("expected an object, found null");
            document.Policy.Validate();
            return new SealingSettings
            {
                Miner = Address.Parse(document.Miner),
                Proof = Enum.TryParse(document.Proof, out RegisteredSealProof proof) && Enum.IsDefined(proof)
                    ? proof : throw new FormatException($"expected a registered seal proof, found '{document.Proof}'"),
                Policy = document.Policy,
                Node = document.Node,
                StorageKey = new RpcTokenKey(Convert.FromHexString(row.Secret)),
            };
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"settings of the miner: {e.Message}", e);
        }
    }

    private sealed class Row
    {
        public string Document { get; init; } = "";

        public string Secret { get; init; } = "";
    }

    internal sealed class Document
    {
        public required string Miner { get; init; }

        public required string Proof { get; init; }

        public required NetworkPolicy Policy { get; init; }

        public required string Node { get; init; }
    }
}

/// <summary>JSON of the settings.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(SealingSettings.Document))]
internal sealed partial class SettingsJson : JsonSerializerContext;
