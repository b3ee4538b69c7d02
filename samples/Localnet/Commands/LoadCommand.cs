using System.CommandLine;
using System.Diagnostics;
using Filecoin.ChainCo.Chain;
using Filecoin.ChainCo.Rpc;
using Filecoin.ChainCo.Rpc.Api;

namespace Filecoin.Samples.Localnet.Commands;

/// <summary>
/// <c>load</c>: clients that read the head and then what stands at it, as providers do, and count what went wrong. A pool behind a proxy should lose none
/// of these reads, whatever befalls one of its nodes.
/// </summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var url = new Option<string>("--url") { Description = "A node, or a proxy before several.", DefaultValueFactory = _ => "http://127.0.0.1:1234" };
        var clients = new Option<int>("--clients") { Description = "How many at once.", DefaultValueFactory = _ => 4 };
        var seconds = new Option<double>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 10 };
        var pause = new Option<double>("--pause") { Description = "Milliseconds between the reads of a client.", DefaultValueFactory = _ => 5 };
        var command = new Command("load", "Reads a head and then its tipset and an actor, over and over; ends with 1 when a read failed.") { url, clients, seconds, pause };
        command.SetAction(async (parsed, token) =>
        {
            var reading = new Reading(RpcEndpoint.Parse(parsed.GetValue(url)!).With(webSocket: false), TimeSpan.FromMilliseconds(parsed.GetValue(pause)));
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(token);
            ending.CancelAfter(TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            await Task.WhenAll(Enumerable.Range(0, Math.Clamp(parsed.GetValue(clients), 1, 1000)).Select(_ => reading.RunAsync(ending.Token)));
            Console.WriteLine(reading);
            return reading.Failed == 0 && reading.Count > 0 ? 0 : 1;
        });
        return command;
    }

    private sealed class Reading(RpcEndpoint endpoint, TimeSpan pause)
    {
        private readonly Lock _lock = new();
        private readonly List<double> _milliseconds = [];
        private ChainEpoch? _first, _last;

        public int Count => _milliseconds.Count;

        public int Failed { get; private set; }

        public async Task RunAsync(CancellationToken token)
        {
            await using var transport = new HttpRpcTransport(endpoint);
            (var chain, var state) = (new ChainHeadApi(transport), new StateApi(transport));
            while (!token.IsCancellationRequested)
            {
                TipSet? head = await ReadAsync(() => chain.ChainHeadAsync(token), token);
                if (head is not null)
                {
                    Saw(head.Height);
                    await ReadAsync(() => chain.ChainGetTipSetAsync(head.Key, token), token);
                    await ReadAsync(() => state.StateGetActorAsync(Address.FromId(4), head.Key, token), token);
                }

                await Task.Delay(pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        public override string ToString()
        {
            lock (_lock)
            {
                _milliseconds.Sort();
                return $"{Count} reads of epochs {_first} to {_last}, {Failed} failed; p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, longest {At(1):0} ms";
            }
        }

        private double At(double share) => Count == 0 ? 0 : _milliseconds[(int)((Count - 1) * share)];

        private void Saw(ChainEpoch epoch)
        {
            lock (_lock)
                (_first, _last) = (_first ?? epoch, epoch > (_last ?? -1) ? epoch : _last);
        }

        private async Task<T?> ReadAsync<T>(Func<Task<T>> read, CancellationToken token)
        {
            long begun = Stopwatch.GetTimestamp();
            T? answer = default;
            bool failed = false;
            try
            {
                answer = await read();
            }
            catch (RpcException e)
            {
                failed = true;
                Console.Error.WriteLine($"failed: {e.Message}");
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                return default;
            }

            lock (_lock)
            {
                _milliseconds.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                Failed += failed ? 1 : 0;
            }

            return answer;
        }
    }
}
