using System.Runtime.CompilerServices;
using System.Text.Json;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Coordination;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;
using Filecoin.ChainCo.Rpc.Serving;

namespace Filecoin.ChainCo.Proxy;

/// <summary>What the coordinator answers itself, so that head, path and tipsets agree whichever daemon is behind.</summary>
internal sealed class CoordinatorAnswers(ChainCoordinator coordinator, RpcTokenKey? tokens)
{
    private readonly ConditionalWeakTable<TipSet, byte[]> _tipsets = [];
    private readonly ConditionalWeakTable<IReadOnlyList<HeadChange>, byte[]> _batches = [];
    private readonly byte[] _session = JsonSerializer.SerializeToUtf8Bytes(Guid.NewGuid().ToString("D"), ApiJsonContext.Default.String);

    public HeadStream Stream(HeadPolicy policy) => policy == HeadPolicy.Majority ? coordinator.Majority : coordinator.Freshest;

    /// <summary>The answer, or null when a daemon has to give it.</summary>
    /// <exception cref="RpcFaultException">The answer is an error.</exception>
    public async Task<ReadOnlyMemory<byte>?> AnswerAsync(RoutedCall call, HeadPolicy policy, CancellationToken token)
    {
        TipSet? head = Stream(policy).Head;
        switch (call.Rule!.ShortName)
        {
            case "ChainHead":
                return Json(head ?? throw RpcFaultException.Unavailable("no daemon has told a head yet"));
            case "ChainGetTipSet":
            {
                TipSetKey key = RpcArguments.Key(call.Params, 0);
                TipSet? found = key.IsEmpty ? head : await coordinator.GetTipSetAsync(key, token).ConfigureAwait(false);
                return Json(found ?? throw RpcFaultException.Refused($"tipset {key} is not found at any daemon"));
            }

            case "ChainGetTipSetByHeight" or "ChainGetTipSetAfterHeight":
            {
                long height = RpcArguments.Read(RpcArguments.At(call.Params, 0), ApiJsonContext.Default.Int64, 0);
                TipSetKey key = RpcArguments.Key(call.Params, 1);
                TipSet? from = key.IsEmpty ? head : coordinator.Headers.TryGet(key, out TipSet? kept) ? kept : null;
                TipSet? at = from is null || height < 0 ? null : coordinator.Headers.ByHeight(height, from, after: call.Rule.ShortName == "ChainGetTipSetAfterHeight");
                return at is null ? null : Json(at);
            }

            case "ChainGetPath":
            {
                TipSetKey from = RpcArguments.Key(call.Params, 0), to = RpcArguments.Key(call.Params, 1);
                IReadOnlyList<HeadChange>? path = await coordinator.GetPathAsync(from, to, token).ConfigureAwait(false);
                return path is null ? null : Json(path);
            }

            case "Session":
                return _session;
            case "AuthVerify":
                return Verify(RpcArguments.Read(RpcArguments.At(call.Params, 0), ApiJsonContext.Default.String, 0));
            case "AuthNew":
                return Issue(call.Params);
            default:
                throw new RpcFaultException(RpcErrorCode.MethodNotFound, $"method '{call.Method}' not supported in this mode (no out channel support)", 500);
        }
    }

    /// <summary>A batch of head changes in JSON; made once for all subscribers.</summary>
    public ReadOnlyMemory<byte> Json(IReadOnlyList<HeadChange> batch) =>
        _batches.GetValue(batch, static changes => JsonSerializer.SerializeToUtf8Bytes(changes, ApiJsonContext.Default.IReadOnlyListHeadChange));

    private ReadOnlyMemory<byte> Json(TipSet tipset) =>
        _tipsets.GetValue(tipset, static value => JsonSerializer.SerializeToUtf8Bytes(value, ApiJsonContext.Default.TipSet));

    private ReadOnlyMemory<byte> Verify(string token) =>
        (tokens ?? throw RpcFaultException.Refused("this coordinator has no token secret")).TryVerify(token, out RpcIdentity? identity)
            ? Names(RpcTokenKey.NamesOf(identity.Permissions)) : throw RpcFaultException.Refused("JWT Verification failed");

    private ReadOnlyMemory<byte> Issue(ReadOnlyMemory<byte> parameters)
    {
        var permissions = RpcPermissions.None;
        foreach (ReadOnlyMemory<byte> name in RpcArguments.All(RpcArguments.At(parameters, 0)))
        {
            RpcPermissions one = RpcTokenKey.Parse(RpcArguments.Read(name, ApiJsonContext.Default.String, 0));
            permissions |= one != RpcPermissions.None ? one : throw RpcFaultException.InvalidParams("expected read, write, sign or admin");
        }

        string token = (tokens ?? throw RpcFaultException.Refused("this coordinator has no token secret")).Sign(permissions);
        return JsonSerializer.SerializeToUtf8Bytes(Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(token)), ApiJsonContext.Default.String);
    }

    private static byte[] Names(IEnumerable<string> names) => System.Text.Encoding.ASCII.GetBytes($"[{string.Join(',', names.Select(name => $"\"{name}\""))}]");
}
