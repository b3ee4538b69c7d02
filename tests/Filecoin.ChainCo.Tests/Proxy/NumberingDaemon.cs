using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Tests.Daemons;

namespace Filecoin.ChainCo.Tests.Proxy;

/// <summary>Where a daemon dies while it has a call.</summary>
public enum Death
{
    Never,
    BeforeWork,
    AfterPush,
    AfterWork,
}

/// <summary>How a daemon works on a call whose caller may be gone.</summary>
public enum Pace
{
    AtOnce,
    HangsBefore,
    PushesLate,
    HangsAfter,
}

/// <summary>
/// The part of a daemon that numbers, signs and sends, as Lotus does it: a MsgUuid is looked up first, kept last, and what was pushed outlives the process.
/// </summary>
internal sealed class NumberingDaemon
{
    private readonly FakeDaemon _rpc;
    private readonly Dictionary<string, SignedMessage> _byUuid = [];
    private readonly Lock _lock = new();
    private string _session = Guid.NewGuid().ToString("D");

    public NumberingDaemon(FakeDaemon rpc)
    {
        _rpc = rpc;
        rpc.On("Session", _ => $"\"{_session}\"")
            .On("MpoolGetNonce", _ => Locked(() => $"{Pushed.Count}"))
            .On("MpoolPending", _ => Locked(() => JsonSerializer.Serialize(Pushed, ApiJsonContext.Default.IReadOnlyListSignedMessage)))
            .On("StateAccountKey", p => p[0].GetString() == "f01000" ? $"\"{Key}\"" : throw new FakeRpcError(1, "actor not found"))
            .On("WalletHas", _ => HasKey ? "true" : "false")
            .OnAsync("MpoolPushMessage", PushAsync);
    }

    public bool HasKey { get; init; } = true;

    /// <summary>The address of the account f01000.</summary>
    public static Address Key { get; } = Address.FromSecp256k1PublicKey(new byte[65]);

    /// <summary>Where the next call ends the process; a restart follows.</summary>
    public Death Next { get; set; }

    /// <summary>How the next call is worked on.</summary>
    public Pace NextPace { get; set; }

    /// <summary>Whether a call has come that is not worked on at once.</summary>
    public bool AtWork { get; private set; }

    /// <summary>The error with which it answers; null for none.</summary>
    public string? Refuses { get; set; }

    public List<SignedMessage> Pushed { get; } = [];

    private async Task<string> PushAsync(JsonElement parameters, CancellationToken token)
    {
        Message message = JsonSerializer.Deserialize(parameters[0].GetRawText(), ApiJsonContext.Default.Message)!;
        string uuid = parameters[1].GetProperty("MsgUuid").GetString()!;
        Death death = Next;
        Next = Death.Never;
        Pace pace = NextPace;
        NextPace = Pace.AtOnce;
        if (Refuses is not null)
            throw new FakeRpcError(1, Refuses);
        if (death == Death.BeforeWork)
            await DieAsync();
        SignedMessage signed;
        lock (_lock)
        {
            if (_byUuid.TryGetValue(uuid, out SignedMessage? known))
                return JsonSerializer.Serialize(known, ApiJsonContext.Default.SignedMessage);
        }

        AtWork = pace != Pace.AtOnce;
        if (pace == Pace.HangsBefore)
            await Task.Delay(Timeout.Infinite, token);
        if (pace == Pace.PushesLate)
            await Task.Delay(1000, CancellationToken.None);
        lock (_lock)
        {
            signed = new SignedMessage(message with { From = Key, Nonce = (ulong)Pushed.Count, GasLimit = 1000 }, new Signature(SignatureType.Secp256k1, new byte[65]));
            Pushed.Add(signed);
        }

        if (death == Death.AfterPush)
            await DieAsync();
        if (pace == Pace.HangsAfter)
            await Task.Delay(Timeout.Infinite, token);
        lock (_lock)
            _byUuid[uuid] = signed;
        if (death == Death.AfterWork)
            await DieAsync();
        return JsonSerializer.Serialize(signed, ApiJsonContext.Default.SignedMessage);
    }

    private async Task DieAsync()
    {
        _session = Guid.NewGuid().ToString("D");
        // The process is gone with everything it was doing; another one comes up.
        _ = Task.Run(async () =>
        {
            await _rpc.StopAsync();
            await Task.Delay(200);
            await _rpc.RestartAsync();
        });
        await Task.Delay(Timeout.Infinite, new CancellationTokenSource(TimeSpan.FromSeconds(1)).Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new OperationCanceledException();
    }

    private string Locked(Func<string> read)
    {
        lock (_lock)
            return read();
    }
}
