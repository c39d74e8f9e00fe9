#pragma warning disable CS9113, CA1822
using System.Diagnostics.Metrics;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Webhooks;

public interface IInboundReplySink { void Reply(MessageHead inbound, IReadOnlyList<string> bodies); void ReplyIgnored(MessageHead inbound, string verb); }
public static class WebhookTarget { public static bool TryCheck(string url, WebhookOptions options, out string problem) { problem = ""; return true; } }
public sealed class WebhookDispatcher(WebhookOptions o, QueueOptions q, AccountDirectory a, IJournal j, IInboundReplySink r, TimeProvider t, ILogger<WebhookDispatcher> l, IMeterFactory m) : IAsyncDisposable
{ public void Enqueue(WebhookJob job) { } public void Start() { } public Task StopAsync(CancellationToken ct) => Task.CompletedTask; public ValueTask DisposeAsync() => default; }
