using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Filecoin.ChainCo.Proxy;

/// <summary>Registration with a container.</summary>
public static class ChainCoServiceCollectionExtensions
{
    /// <summary>
    /// Adds a coordinator that runs as long as the host; its pool, server and tokens are members of <see cref="ChainCoService"/>. The options are validated
    /// when the host starts, before anything runs.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="options">Makes the options, from configuration or other services.</param>
    public static IServiceCollection AddFilecoinChainCo(this IServiceCollection services, Func<IServiceProvider, ChainCoOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        return services
            .AddSingleton(provider => new ChainCoService(options(provider), provider.GetService<ILoggerFactory>(), provider.GetService<TimeProvider>()))
            .AddHostedService(provider => provider.GetRequiredService<ChainCoService>());
    }

    /// <summary>As the other, with options that are known already and are validated at once.</summary>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public static IServiceCollection AddFilecoinChainCo(this IServiceCollection services, ChainCoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return services.AddFilecoinChainCo(_ => options);
    }
}
