using Filecoin.Samples.Localnet.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Filecoin.Localnet.Tests;

public sealed class FaultInjectorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_reset_leaves_alone_what_ends_meanwhile()
    {
        var faults = new FaultInjector(TimeProvider.System);
        Request[] requests = [new Request(), new Request()];
        foreach (Request request in requests)
        {
            request.Run(faults);
            // Both end as soon as the first of them is aborted, and have the time for it before the next is.
            request.Aborting = () =>
            {
                Array.ForEach(requests, other => other.End());
                requests.First(other => other != request).Ended.Wait(TimeSpan.FromMilliseconds(200));
            };
        }

        faults.Set(new FaultOptions { Reset = true });
        await Task.WhenAll(requests.Select(request => request.Ended)).WaitAsync(Patience);
        Assert.Contains(requests, request => request.Aborted);
    }

    [Fact]
    public async Task A_reset_aborts_every_request_at_work_and_none_after_its_end()
    {
        var faults = new FaultInjector(TimeProvider.System);
        Request ended = new(), first = new(), second = new();
        foreach (Request request in new[] { ended, first, second })
            request.Run(faults);
        ended.End();
        await ended.Ended.WaitAsync(Patience);
        faults.Set(new FaultOptions { Reset = true });
        Assert.Equal([false, true, true], [ended.Aborted, first.Aborted, second.Aborted]);
        first.End();
        second.End();
        await Task.WhenAll(first.Ended, second.Ended).WaitAsync(Patience);
    }

    /// <summary>A request whose context can no longer be aborted once the server is done with it, as Kestrel's.</summary>
    private sealed class Request : IHttpRequestLifetimeFeature
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _disposed;

        public Task Ended { get; private set; } = Task.CompletedTask;

        public bool Aborted { get; private set; }

        public Action? Aborting { get; set; }

        public CancellationToken RequestAborted { get; set; }

        public void Run(FaultInjector faults)
        {
            var context = new DefaultHttpContext();
            context.Features.Set<IHttpRequestLifetimeFeature>(this);
            Ended = ServeAsync();

            async Task ServeAsync()
            {
                await faults.HandleAsync(context, _ => _end.Task);
                _disposed = true;
            }
        }

        public void End() => _end.TrySetResult();

        public void Abort()
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Aborted = true;
            Aborting?.Invoke();
        }
    }
}
