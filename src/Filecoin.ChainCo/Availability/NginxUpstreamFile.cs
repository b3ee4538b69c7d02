using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Filecoin.ChainCo.Availability;

/// <summary>
/// Keeps an nginx upstream block in step with the coordinators that are ready: written beside the file, flushed, renamed over it, and followed by the
/// reload command, only when something changed. With none ready the last block stays, for nginx refuses an empty one. Each agent of one file reloads for
/// itself: the one that wrote it may have died before it told nginx.
/// </summary>
public sealed class NginxUpstreamFile
{
    private readonly string _path;
    private readonly string _upstream;
    private readonly IReadOnlyList<string> _reload;
    private string? _loaded;

    /// <summary>A file that is not written yet.</summary>
    /// <param name="path">The file that nginx includes.</param>
    /// <param name="upstream">The upstream's name.</param>
    /// <param name="reload">The command that makes nginx read it, and its arguments; empty for none.</param>
    public NginxUpstreamFile(string path, string upstream, IReadOnlyList<string> reload)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(reload);
        if (string.IsNullOrEmpty(upstream) || upstream.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
            throw new ArgumentException($"'{upstream}' is not a name for an upstream.", nameof(upstream));
        _path = path;
        _upstream = upstream;
        _reload = reload;
    }

    /// <summary>Brings the file up to date.</summary>
    /// <param name="ready">Where the ready coordinators listen.</param>
    /// <param name="cancellationToken">Ends the reload command.</param>
    /// <returns>True when the file changed.</returns>
    /// <exception cref="InvalidOperationException">The reload command failed; it is run again at the next call.</exception>
    public async Task<bool> UpdateAsync(IEnumerable<IPEndPoint> ready, CancellationToken cancellationToken = default)
    {
        string text = Render(ready);
        if (text.Length == 0)
            return false;
        bool changed = !File.Exists(_path) || await File.ReadAllTextAsync(_path, cancellationToken).ConfigureAwait(false) != text;
        if (changed)
        {
            Write(text);
            _loaded = null;
        }

        if (_loaded != text && _reload.Count > 0)
            await ReloadAsync(cancellationToken).ConfigureAwait(false);
        _loaded = text;
        return changed;
    }

    private string Render(IEnumerable<IPEndPoint> ready)
    {
        List<string> servers = [.. ready.Select(at => at.ToString()).Distinct().Order(StringComparer.Ordinal)];
        if (servers.Count == 0)
            return "";
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"upstream {_upstream} {{\n    least_conn;\n");
        foreach (string server in servers)
            text.Append(CultureInfo.InvariantCulture, $"    server {server} max_fails=1 fail_timeout=2s;\n");
        return text.Append("    keepalive 64;\n}\n").ToString();
    }

    private void Write(string text)
    {
        string temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(Encoding.ASCII.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, _path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private async Task ReloadAsync(CancellationToken token)
    {
        var start = new ProcessStartInfo(_reload[0], _reload.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{_reload[0]} did not start");
        Task<string> error = process.StandardError.ReadToEndAsync(token);
        Task<string> output = process.StandardOutput.ReadToEndAsync(token);
        await process.WaitForExitAsync(token).ConfigureAwait(false);
        await output.ConfigureAwait(false);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{_reload[0]} ended with {process.ExitCode}: {(await error.ConfigureAwait(false)).Trim()}");
    }
}
