using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Numbers;

/// <summary>
/// Says where a number lives: by what a look-up service answered, else by the imported ported numbers, else by the range that the number is
/// of. Thread-safe.
/// </summary>
/// <remarks>
/// <see cref="TryLocate"/> is for each message: it says what is known here and whether a service should be asked first. Then
/// <see cref="LocateAsync"/> asks, and never waits longer than <see cref="NumberOptions.Wait"/>.
/// </remarks>
public sealed class NumberLocator : IAsyncDisposable
{
    private readonly NumberOptions _options;
    private readonly TimeProvider _time;
    private readonly PortedNumbers _ported;
    private readonly LookupService[] _services;
    private readonly LookupCache _cache;
    private readonly ConcurrentDictionary<ulong, Task> _asking = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private int _isRefreshing;

    /// <summary>Opens what was imported.</summary>
    public NumberLocator(NumberOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
        : this(options, time, loggers, meters, service => service.Http is not null ? new HttpLookup(service) : new EnumLookup(service, time))
    {
    }

    /// <param name="lookups">Makes what asks a service.</param>
    public NumberLocator(
        NumberOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters, Func<LookupServiceOptions, INumberLookup> lookups)
    {
        _options = options;
        _time = time;
        _cache = new(options.CacheNumbers, time);
        var metrics = new NumberMetrics(meters, time, () => _cache.Count);
        ILogger logger = loggers.CreateLogger<NumberLocator>();
        _ported = new(options.Directory, options.Ported, metrics, logger);
        _services = [.. options.Services.Select(service => new LookupService(service, lookups(service), metrics, time, logger))];
        _ported.Refresh();
        _timer = time.CreateTimer(static self => ((NumberLocator)self!).Refresh(), this, options.Refresh, options.Refresh);
    }

    /// <summary>The imported sources of ported numbers that are open.</summary>
    public IReadOnlyList<PortedSource> Ported => _ported.Sources;

    /// <summary>The look-up services, in the order in which they are asked.</summary>
    public IReadOnlyList<LookupServiceStatus> Services => [.. _services.Select(static service => service.Status())];

    /// <summary>Whether there is a service to ask at all.</summary>
    public bool HasServices => _services.Length > 0;

    /// <summary>Looks a number up in what is known here. Allocates nothing, and asks nobody.</summary>
    /// <returns>False when a service would be asked for the number and has not answered lately.</returns>
    public bool TryLocate(E164 number, out Located located)
    {
        Destination range = Networks.Locate(number);
        if (_services.Length > 0 && _cache.TryGet(number, out LookupAnswer answer, out string? service))
        {
            located = service is null ? Here(range) : Answered(range, answer, service);
            return true;
        }

        located = Here(range);
        return !IsAskedFor(range);
    }

    /// <summary>Looks a number up, and asks the services that serve it when none has answered lately.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; what was asked for comes into the cache all the same.</exception>
    public ValueTask<Located> LocateAsync(E164 number, CancellationToken cancellationToken) =>
        TryLocate(number, out Located located) || _stop.IsCancellationRequested ? new(located) : WaitAsync(number, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_asking.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (LookupService service in _services) service.Dispose();
    }

    private static bool? IsPorted(in Destination range, NetworkId network) =>
        range.Network.IsKnown && network.IsKnown ? Networks.MainOf(range.Network) != Networks.MainOf(network) : null;

    private static Located Answered(in Destination range, LookupAnswer answer, string service) => new(
        range with { Network = answer.Network, Source = NetworkSource.LookedUp }, service, answer.IsPorted ?? IsPorted(range, answer.Network));

    private Located Here(in Destination range) =>
        _ported.TryFind(range.Number, out NetworkId network, out string? source)
            ? new(range with { Network = network, Source = NetworkSource.Ported }, source, IsPorted(range, network))
            : new(range, "", null);

    // Services know mobile numbers; those whose range is not known may be of a new one.
    private bool IsAskedFor(in Destination range)
    {
        if (range.Type is not (NumberType.Mobile or NumberType.FixedLineOrMobile or NumberType.Unknown)) return false;
        foreach (LookupService service in _services)
        {
            if (service.Serves(range.Country)) return true;
        }

        return false;
    }

    private async ValueTask<Located> WaitAsync(E164 number, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task asking = _asking.GetOrAdd(number.Digits, mine.Task);
        if (asking == mine.Task) _ = AskAsync(number, mine);
        await asking.WaitAsync(_options.Wait, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        TryLocate(number, out Located located);
        return located;
    }

    private async Task AskAsync(E164 number, TaskCompletionSource done)
    {
        try
        {
            await AskAsync(number, Networks.Locate(number).Country).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _asking.TryRemove(number.Digits, out _);
            done.SetResult();
        }
    }

    private async Task AskAsync(E164 number, string country)
    {
        bool isAnswered = false;
        bool isFailed = false;
        TimeSpan negative = TimeSpan.MaxValue;
        foreach (LookupService service in _services)
        {
            if (!service.Serves(country)) continue;
            (LookupAnswer? given, bool isOverBudget) = await service.AskAsync(number, _stop.Token).ConfigureAwait(false);
            if (given is not { } answer)
            {
                // One that may not be asked cannot be waited for: what the others say holds, and they are not asked again for each message.
                isFailed |= !isOverBudget;
                continue;
            }

            if (answer.Network.IsKnown)
            {
                _cache.Put(number, answer, service.Options.Name, service.Options.Ttl);
                return;
            }

            isAnswered = true;
            if (service.Options.NegativeTtl < negative) negative = service.Options.NegativeTtl;
        }

        // Where one did not answer, it may know the number: the next message asks again.
        if (isAnswered && !isFailed) _cache.Put(number, default, service: null, negative);
    }

    private void Refresh()
    {
        if (Interlocked.Exchange(ref _isRefreshing, 1) == 1) return;
        try
        {
            _ported.Refresh();
        }
        finally
        {
            Volatile.Write(ref _isRefreshing, 0);
        }
    }
}
