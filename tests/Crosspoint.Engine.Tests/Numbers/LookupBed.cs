using System.Diagnostics.Metrics;
using System.Net;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Tests.Numbers;

/// <summary>A locator with what it needs: a directory, a clock, counters, and services over real HTTP and real UDP.</summary>
internal sealed class LookupBed : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, int> _results = [];
    private readonly List<IAsyncDisposable> _peers = [];

    public LookupBed()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "crosspoint.numbers.lookups" && instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>()) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            lock (_results)
            {
                string key = $"{tags[0].Value} {tags[1].Value}";
                _results[key] = _results.GetValueOrDefault(key) + (int)value;
            }
        });
        _listener.Start();
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("crosspoint-numbers-").FullName;

    public ManualTimeProvider Time { get; } = new();

    public LogLines Log { get; } = new();

    public NumberLocator? Locator { get; private set; }

    public static E164 Number(string text)
    {
        E164.TryParse(text, out E164 number).ShouldBeTrue(text);
        return number;
    }

    public static NetworkId Network(string text)
    {
        NetworkId.TryParse(text, out NetworkId network).ShouldBeTrue(text);
        return network;
    }

    /// <summary>Look-ups of a service with a result, as counted.</summary>
    public int Counted(string service, string result)
    {
        lock (_results) return _results.GetValueOrDefault($"{service} {result}");
    }

    public NumberLocator Start(NumberOptions options) =>
        Locator = new(options with { Directory = Directory }, Time, Log, _services.GetRequiredService<IMeterFactory>());

    /// <summary>A server that answers GET /n/NUMBER.</summary>
    /// <returns>The service to ask it, with the network at <c>result.mccmnc</c>.</returns>
    public async Task<LookupServiceOptions> HttpAsync(string name, Func<string, HttpContext, Task> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.MapGet("/n/{number}", (string number, HttpContext context) => answer(number, context));
        await app.StartAsync();
        _peers.Add(app);
        JsonPath.TryParse("result.mccmnc", out JsonPath? path).ShouldBeTrue();
        return new() { Name = name, Http = new() { Url = $"{app.Urls.First()}/n/{{number}}", Network = path } };
    }

    public Task<LookupServiceOptions> HttpAsync(string name, string json) => HttpAsync(name, (_, context) => context.Response.WriteAsync(json));

    public (NaptrServer Server, LookupServiceOptions Service) Enum(string name, Func<string, NaptrReply> answer)
    {
        var server = new NaptrServer(answer);
        _peers.Add(server);
        return (server, new() { Name = name, Enum = new() { Server = server.EndPoint } });
    }

    /// <summary>Imports one row.</summary>
    public void Import(string source, string number, string network)
    {
        string file = Path.Combine(Directory, "in.csv");
        File.WriteAllText(file, $"number,network\n{number},{network}\n");
        PortedImport.Run(new() { Directory = Directory, Source = source, File = file }, Time, null, CancellationToken.None).IsImported.ShouldBeTrue();
    }

    public async ValueTask DisposeAsync()
    {
        if (Locator is not null) await Locator.DisposeAsync();
        foreach (IAsyncDisposable peer in _peers) await peer.DisposeAsync();
        _listener.Dispose();
        await _services.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
