using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>A request as it arrived.</summary>
internal sealed record ReceivedHook(string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public string Id => Headers.TryGetValue("webhook-id", out string? id) ? id : Headers["I-Twilio-Idempotency-Token"];
}

/// <summary>A receiver on loopback. Answers 200 unless told otherwise by path.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, ReceivedHook, Task>> _answers = new();
    private readonly Lock _gate = new();
    private readonly List<ReceivedHook> _received = [];
    private readonly List<(Func<List<ReceivedHook>, bool> Condition, TaskCompletionSource Done)> _waits = [];

    private Receiver(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    public int Port => new Uri(Url).Port;

    public List<ReceivedHook> Received
    {
        get
        {
            lock (_gate) return [.. _received];
        }
    }

    public static async Task<Receiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.ServeAsync);
        await app.StartAsync();
        receiver.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return receiver;
    }

    /// <summary>What to answer to requests at a path.</summary>
    public void Answer(string path, Func<HttpContext, ReceivedHook, Task> answer) => _answers[path] = answer;

    public void Answer(string path, int status) => Answer(path, (context, _) =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    /// <summary>Completes once a condition over everything received holds.</summary>
    public Task WhenAsync(Func<List<ReceivedHook>, bool> condition)
    {
        lock (_gate)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (condition(_received)) done.SetResult();
            else _waits.Add((condition, done));
            return done.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var hook = new ReceivedHook(
            context.Request.Path.Value!,
            context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        lock (_gate)
        {
            _received.Add(hook);
            for (int i = _waits.Count - 1; i >= 0; i--)
            {
                if (!_waits[i].Condition(_received)) continue;
                _waits[i].Done.SetResult();
                _waits.RemoveAt(i);
            }
        }

        if (_answers.TryGetValue(hook.Path, out Func<HttpContext, ReceivedHook, Task>? answer)) await answer(context, hook);
    }
}
