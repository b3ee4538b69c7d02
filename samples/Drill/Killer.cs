namespace Filecoin.Samples.Drill;

/// <summary>Kills one member after the other by SIGKILL and starts it again a little later; who and when follows from the seed.</summary>
internal sealed class Killer(DrillOptions options, IReadOnlyList<Member> members, Action<string> tell)
{
    private readonly Random _random = new(options.Seed);

    /// <summary>Goes on until cancelled; then everybody runs again.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var down = new List<Task>();
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(options.EpochSeconds * options.KillEvery * (0.5 + _random.NextDouble())), stopping);
                down.RemoveAll(task => task.IsCompletedSuccessfully);

                // Everybody in turn, in an order that is drawn, and some seldom: short drills meet all of them.
                Member[] up = [.. members.Where(member => member.IsRunning)];
                if (up.Length == 0)
                    continue;
                int fewest = up.Min(member => member.Kills * member.Rarity);
                Member[] next = [.. up.Where(member => member.Kills * member.Rarity == fewest)];
                down.Add(KillAsync(next[_random.Next(next.Length)], TimeSpan.FromSeconds(options.EpochSeconds * _random.NextDouble())));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(down);
        }
    }

    private async Task KillAsync(Member member, TimeSpan away)
    {
        await member.KillAsync();
        tell($"killed {member.Name}, starting it again in {away.TotalSeconds:0.0} s");
        await Task.Delay(away);
        await member.StartAsync(null, CancellationToken.None);
    }
}
