using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Filecoin.ChainCo.Rpc.Serving;

/// <summary>
/// The methods of an API: each a full name (<c>Filecoin.ChainHead</c>), the permission that it takes, the number of its positional parameters and a
/// handler. A handler that throws <see cref="RpcFaultException"/> answers with that error, any other exception with <see cref="RpcErrorCode.Generic"/> and
/// its message, as go-jsonrpc does. Its cancellation token ends when the client goes away or gives the call up. Methods are added before serving begins.
/// </summary>
public sealed class RpcMethods
{
    private static readonly ReadOnlyMemory<byte> Null = "null"u8.ToArray();
    private readonly Dictionary<string, Method> _methods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Method>.AlternateLookup<ReadOnlySpan<char>> _byChars;
    private int _longest;

    /// <summary>No methods.</summary>
    public RpcMethods() => _byChars = _methods.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Runs before each call's handler, and each channel's; what it throws is the call's answer. Null for nothing.</summary>
    public Func<RpcRequest, CancellationToken, Task>? Before { get; init; }

    /// <summary>Says what error an exception of a handler is to the client; null leaves it to the rule above. Null for no such exceptions.</summary>
    public Func<Exception, RpcFaultException?>? Fault { get; init; }

    /// <summary>The names of all methods.</summary>
    public IReadOnlyCollection<string> Names => _methods.Keys;

    /// <summary>Adds a method with a result.</summary>
    /// <param name="name">The full name.</param>
    /// <param name="permission">What the caller's token must allow.</param>
    /// <param name="parameters">How many parameters it takes.</param>
    /// <param name="handler">Does the work.</param>
    /// <param name="type">How the result is written.</param>
    /// <param name="optional">How many of the last parameters may be left out.</param>
    public RpcMethods Add<T>(
        string name, RpcPermissions permission, int parameters, Func<RpcRequest, CancellationToken, Task<T>> handler, JsonTypeInfo<T> type, int optional = 0)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(name, new Method(name, permission, parameters - optional, parameters)
        {
            Call = async (request, token) => JsonSerializer.SerializeToUtf8Bytes(await handler(request, token).ConfigureAwait(false), type),
        });
    }

    /// <summary>Adds a method whose result is there at once.</summary>
    /// <inheritdoc cref="Add{T}(string, RpcPermissions, int, Func{RpcRequest, CancellationToken, Task{T}}, JsonTypeInfo{T}, int)"/>
    public RpcMethods Add<T>(string name, RpcPermissions permission, int parameters, Func<RpcRequest, T> handler, JsonTypeInfo<T> type, int optional = 0)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(name, new Method(name, permission, parameters - optional, parameters)
        {
            Call = (request, _) => Task.FromResult<ReadOnlyMemory<byte>>(JsonSerializer.SerializeToUtf8Bytes(handler(request), type)),
        });
    }

    /// <summary>Adds a method that answers null.</summary>
    /// <inheritdoc cref="Add{T}(string, RpcPermissions, int, Func{RpcRequest, CancellationToken, Task{T}}, JsonTypeInfo{T}, int)"/>
    public RpcMethods Add(string name, RpcPermissions permission, int parameters, Func<RpcRequest, CancellationToken, Task> handler, int optional = 0)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(name, new Method(name, permission, parameters - optional, parameters)
        {
            Call = async (request, token) =>
            {
                await handler(request, token).ConfigureAwait(false);
                return Null;
            },
        });
    }

    /// <summary>Adds a method that answers with a channel: over WebSocket its values follow, over HTTP it does not exist.</summary>
    /// <inheritdoc cref="Add{T}(string, RpcPermissions, int, Func{RpcRequest, CancellationToken, Task{T}}, JsonTypeInfo{T}, int)"/>
    public RpcMethods AddChannel<T>(
        string name, RpcPermissions permission, int parameters, Func<RpcRequest, CancellationToken, IAsyncEnumerable<T>> handler, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(name, new Method(name, permission, parameters, parameters) { Values = (request, token) => WriteAsync(handler(request, token), type, token) });
    }

    internal IRpcDispatcher For(RpcIdentity caller) => new Dispatcher(this, caller);

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> WriteAsync<T>(
        IAsyncEnumerable<T> values, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (T value in values.WithCancellation(token).ConfigureAwait(false))
            yield return JsonSerializer.SerializeToUtf8Bytes(value, type);
    }

    private RpcMethods Add(string name, Method method)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(method.Least, "parameters");
        if (!_methods.TryAdd(name, method))
            throw new ArgumentException($"The method {name} is there already.", nameof(name));
        _longest = Math.Max(_longest, Encoding.UTF8.GetByteCount(name));
        return this;
    }

    private sealed record Method(string Name, RpcPermissions Permission, int Least, int Most)
    {
        public Func<RpcRequest, CancellationToken, Task<ReadOnlyMemory<byte>>>? Call { get; init; }

        public Func<RpcRequest, CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>>? Values { get; init; }

        public RpcRequest Admit(RpcIdentity caller, ReadOnlyMemory<byte> parameters)
        {
            if (!caller.Permissions.HasFlag(Permission))
            {
                throw RpcFaultException.Refused(
                    $"missing permission to invoke '{Name[(Name.LastIndexOf('.') + 1)..]}' (need '{string.Join(',', RpcTokenKey.NamesOf(Permission))}')");
            }

            List<ReadOnlyMemory<byte>> all = RpcArguments.All(parameters);
            if (all.Count < Least || all.Count > Most)
                throw RpcFaultException.InvalidParams($"wrong param count (method '{Name}'): {all.Count} != {Most}");
            return new RpcRequest(Name, caller, all);
        }
    }

    private sealed class Dispatcher(RpcMethods methods, RpcIdentity caller) : IRpcDispatcher
    {
        public string? NameOf(ReadOnlySpan<byte> name)
        {
            if (name.Length > methods._longest || name.Length > 256)
                return null;
            Span<char> chars = stackalloc char[256];
            int length = Encoding.UTF8.GetChars(name, chars);
            return methods._byChars.TryGetValue(chars[..length], out Method? method) ? method.Name : null;
        }

        public async Task<ReadOnlyMemory<byte>> CallAsync(RpcCall call, CancellationToken token)
        {
            if (!methods._methods.TryGetValue(call.Method, out Method? method))
                throw RpcFaultException.NotFound(call.Method);
            if (method.Call is null)
                throw new RpcFaultException(RpcErrorCode.MethodNotFound, $"method '{call.Method}' not supported in this mode (no out channel support)");
            RpcRequest request = method.Admit(caller, call.Params);
            try
            {
                if (methods.Before is { } before)
                    await before(request, token).ConfigureAwait(false);
                return await method.Call(request, token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever a handler throws is its call's answer, and no other call's concern.
            catch (Exception e) when (e is not RpcFaultException && !(e is OperationCanceledException && token.IsCancellationRequested))
#pragma warning restore CA1031
            {
                throw methods.Fault?.Invoke(e) ?? RpcFaultException.Refused(e.Message);
            }
        }

        public IAsyncEnumerable<ReadOnlyMemory<byte>>? Open(RpcCall call, CancellationToken token) =>
            methods._methods.TryGetValue(call.Method, out Method? method) && method.Values is { } values
                ? OpenAsync(values, method.Admit(caller, call.Params), token) : null;

        private async IAsyncEnumerable<ReadOnlyMemory<byte>> OpenAsync(
            Func<RpcRequest, CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> values, RpcRequest request, [EnumeratorCancellation] CancellationToken token)
        {
            if (methods.Before is { } before)
                await before(request, token).ConfigureAwait(false);
            await foreach (ReadOnlyMemory<byte> value in values(request, token).ConfigureAwait(false))
                yield return value;
        }
    }
}
