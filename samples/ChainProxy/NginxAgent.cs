using System.Net;
using Filecoin.ChainCo.Availability;

namespace Filecoin.Samples.ChainProxy;

/// <summary>
/// Asks all coordinators whether they are ready and keeps nginx's upstream block in step. One unanswered question takes no coordinator out: an agent that
/// stood still itself finds all its questions late. One that is out comes back after several answers in a row: one that has just thawed may answer before
/// it finds its daemons gone.
/// </summary>
internal static class NginxAgent
{
    private const int Misses = 2, Answers = 4;

    public static async Task RunAsync(NginxConfig config, CancellationToken token)
    {
        var file = new NginxUpstreamFile(config.Path, config.Upstream, config.Reload);
        List<IPEndPoint> all = [.. config.Coordinators.Select(IPEndPoint.Parse)];
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(1) };
        List<Standing> standings = all.ConvertAll(_ => new Standing());
        while (true)
        {
            bool[] answers = await Task.WhenAll(all.Select(at => IsReadyAsync(client, at, token)));
            bool[] ready = [.. answers.Select((yes, i) => standings[i].After(yes))];

            // Any that answers now is better than none.
            if (!ready.Contains(true))
                ready = answers;
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

    /// <summary>Whether a coordinator is in the list: as its first answer says, and then until several in a row say otherwise.</summary>
    private sealed class Standing
    {
        private bool? _in;
        private int _against;

        public bool After(bool answer)
        {
            _in ??= answer;
            _against = answer == _in ? 0 : _against + 1;
            if (_against == (_in.Value ? Misses : Answers))
                (_in, _against) = (answer, 0);
            return _in.Value;
        }
    }
}
