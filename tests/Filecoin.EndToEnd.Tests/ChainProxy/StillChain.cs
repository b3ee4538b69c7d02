using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Daemons;

namespace Filecoin.EndToEnd.Tests.ChainProxy;

/// <summary>A daemon on loopback with a chain of two tipsets that stands still unless it is told to go on, and a book of numbered messages.</summary>
internal sealed class StillChain : IAsyncDisposable
{
    private readonly FakeDaemon _rpc;
    private readonly Dictionary<TipSetKey, TipSet> _tipsets = [];
    private readonly Dictionary<string, SignedMessage> _byUuid = [];
    private readonly string _session = Guid.NewGuid().ToString("D");
    private readonly Lock _lock = new();

    private StillChain(FakeDaemon rpc)
    {
        _rpc = rpc;
        TipSet genesis = Keep(null);
        Head = Keep(genesis);
        rpc.On("Version", _ => """{"Version":"1.33.0","APIVersion":131840,"BlockDelay":30,"Agent":"lotus"}""")
            .On("StateNetworkName", _ => "\"stillnet\"")
            .On("Session", _ => $"\"{_session}\"")
            .On("ChainGetGenesis", _ => Json(genesis))
            .On("ChainHead", _ => Json(Head))
            .On("ChainGetTipSet", p => Json(_tipsets[JsonSerializer.Deserialize(p[0].GetRawText(), ApiJsonContext.Default.TipSetKey)!]))
            .On("ChainTipSetWeight", p => $"\"{_tipsets[JsonSerializer.Deserialize(p[0].GetRawText(), ApiJsonContext.Default.TipSetKey)!].Height.Value + 1}\"")
            .On("StateMinerInfo", _ => """{"Owner":"f01000"}""")
            .On("StateAccountKey", p => p[0].GetRawText())
            .On("WalletHas", _ => "true")
            .On("MpoolGetNonce", _ => Locked(() => $"{Pushed.Count}"))
            .On("MpoolPending", _ => Locked(() => JsonSerializer.Serialize(Pushed, ApiJsonContext.Default.IReadOnlyListSignedMessage)))
            .OnAsync("MpoolPushMessage", PushAsync)
            .OnChannel("ChainNotify", () => [Change(HeadChangeType.Current, Head)]);
    }

    public TipSet Head { get; private set; }

    public string Url => _rpc.HttpUrl;

    public List<SignedMessage> Pushed { get; } = [];

    /// <summary>How long the next message is worked on before it is pushed.</summary>
    public TimeSpan Slowness { get; set; }

    /// <summary>Whether a message is being worked on.</summary>
    public bool AtWork { get; private set; }

    public static async Task<StillChain> StartAsync() => new(await FakeDaemon.StartAsync());

    /// <summary>Adds a tipset and tells it.</summary>
    public Task GoOnAsync()
    {
        Head = Keep(Head);
        return _rpc.PushAsync(Change(HeadChangeType.Apply, Head));
    }

    public ValueTask DisposeAsync() => _rpc.DisposeAsync();

    private async Task<string> PushAsync(JsonElement parameters, CancellationToken token)
    {
        string uuid = parameters[1].GetProperty("MsgUuid").GetString()!;
        Message message = JsonSerializer.Deserialize(parameters[0].GetRawText(), ApiJsonContext.Default.Message)!;
        lock (_lock)
        {
            if (_byUuid.TryGetValue(uuid, out SignedMessage? known))
                return JsonSerializer.Serialize(known, ApiJsonContext.Default.SignedMessage);
        }

        TimeSpan slowness = Slowness;
        Slowness = TimeSpan.Zero;
        AtWork = true;
        // As Lotus: work that has begun goes on when its caller is gone.
        await Task.Delay(slowness, CancellationToken.None);
        lock (_lock)
        {
            SignedMessage signed = _byUuid[uuid] = new(message with { Nonce = (ulong)Pushed.Count, GasLimit = 1000 }, new Signature(SignatureType.Secp256k1, new byte[65]));
            Pushed.Add(signed);
            return JsonSerializer.Serialize(signed, ApiJsonContext.Default.SignedMessage);
        }
    }

    private TipSet Keep(TipSet? parent)
    {
        long height = parent is null ? 0 : parent.Height.Value + 1;
        byte[] proof = new byte[96];
        proof[0] = (byte)height;
        TipSet tipset = TipSet.Create([new BlockHeader
        {
            Miner = Address.FromId(1000), Ticket = new Ticket(proof), ElectionProof = parent is null ? null : new ElectionProof(1, proof),
            Parents = parent?.Key.Cids ?? [], ParentWeight = new TokenAmount(height), Height = height, ParentStateRoot = Cid.OfDagCbor(proof),
            ParentMessageReceipts = Cid.OfDagCbor(proof), Messages = Cid.OfDagCbor(proof), Timestamp = (ulong)(1_598_306_400 + (30 * height)), ParentBaseFee = new TokenAmount(100),
        }]);
        _tipsets[tipset.Key] = tipset;
        return tipset;
    }

    private string Locked(Func<string> read)
    {
        lock (_lock)
            return read();
    }

    private static string Json(TipSet tipset) => JsonSerializer.Serialize(tipset, ApiJsonContext.Default.TipSet);

    private static string Change(HeadChangeType type, TipSet tipset) =>
        JsonSerializer.Serialize<IReadOnlyList<HeadChange>>([new HeadChange(type, tipset)], ApiJsonContext.Default.IReadOnlyListHeadChange);
}
