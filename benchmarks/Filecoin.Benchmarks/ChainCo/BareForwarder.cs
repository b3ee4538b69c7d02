using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Filecoin.Benchmarks.ChainCo;

/// <summary>The least that a proxy of this platform can do: a body in, the same body to the daemon, its answer back, all as streams.</summary>
internal static class BareForwarder
{
    /// <summary>The command under which this program is the forwarder: <c>forward PORT URL</c>.</summary>
    public const string Command = "forward";

    public static void Run(string port, string to)
    {
        var target = new Uri(to);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false });
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture)));
        WebApplication app = builder.Build();
        app.Run(async context =>
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, target) { Content = new StreamContent(context.Request.Body) };
            message.Content.Headers.ContentLength = context.Request.ContentLength;
            message.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            using HttpResponseMessage response = await invoker.SendAsync(message, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = response.Content.Headers.ContentLength;
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        });
        app.Run();
    }
}
