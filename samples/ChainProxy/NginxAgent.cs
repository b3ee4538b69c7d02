using System.Net;
using Filecoin.ChainCo.Availability;

namespace Filecoin.Samples.ChainProxy;

/// <summary>
/// Asks all coordinators whether they are ready and keeps nginx's upstream block in step. One unanswered question takes no coordinator out: an agent that
/// stood still itself finds all its questions late.
/// </summary>
internal static class NginxAgent
{
    private const int Misses = 2;

    public static async Task RunAsync(NginxConfig config, CancellationToken token)
    {
        var file = new NginxUpstreamFile(config.Path, config.Upstream, config.Reload);
        List<IPEndPoint> all = [.. config.Coordinators.Select(IPEndPoint.Parse)];
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(1) };
        int[] misses = [.. all.Select(_ => Misses)];
        while (true)
        {
            bool[] answers = await Task.WhenAll(all.Select(at => IsReadyAsync(client, at, token)));
            bool[] ready = [.. answers.Select((yes, i) => (misses[i] = yes ? 0 : misses[i] + 1) < Misses)];
            try
            {
                if (await file.UpdateAsync(all.Where((_, i) => ready[i]), token))
                    Console.WriteLine($"nginx now has {ready.Count(one => one)} of {all.Count} coordinators");
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or System.ComponentModel.Win32Exception)
            {
                Console.Error.WriteLine($"nginx not reloaded: {e.Message}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), token);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, IPEndPoint at, CancellationToken token)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri($"http://{at}/health/readyz"), token);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !token.IsCancellationRequested))
        {
            return false;
        }
    }
}
