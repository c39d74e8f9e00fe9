using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Benchmarks.Webhooks;

/// <summary>
/// Webhooks to receivers on loopback in the same process. <c>webhooks [directory] [events]</c>: events a second, one by one and in batches,
/// with a journal that forgets and with the real one. <c>webhooks-endpoints [directory] [endpoints]</c>: very many receivers, some of them
/// slow, dead or flapping; how long a healthy one waits, and what it takes of memory.
/// </summary>
internal static class WebhookBenchmark
{
    private const string Sid = "AC00000000000000000000000000000001";
    private static readonly TimeProvider Time = TimeProvider.System;

    public static async Task RunAsync(string[] args)
    {
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int events = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 300_000;
        Console.WriteLine("| journal | receivers | events a POST | events/s | POSTs/s | µs CPU per event | allocated per event |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        await MeasureAsync(null, 20_000, 1, 100, isPrinted: false);
        foreach (string? directory in new[] { null, parent })
        {
            await MeasureAsync(directory, events / 4, 1, 0, isPrinted: true);
            await MeasureAsync(directory, events, 1, 10, isPrinted: true);
            await MeasureAsync(directory, events, 1, 100, isPrinted: true);
            await MeasureAsync(directory, events, 50, 100, isPrinted: true);
        }
    }

    public static async Task RunEndpointsAsync(string[] args)
    {
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(parent, "webhook-benchmark"));
        await using var receiver = new BenchReceiver();
        try
        {
            await using IJournal journal = await OpenAsync(directory.FullName);
            await using Bench bench = new(journal, [], room: 20_000, timeout: TimeSpan.FromSeconds(2));
            bench.Dispatcher.Start();
            long before = GC.GetTotalMemory(forceFullCollection: true);
            long started = Time.GetTimestamp();
            var latencies = new List<double>();
            for (int i = 0; i < count; i++)
            {
                // Each on a host of its own. Of a hundred receivers ten hang, ten refuse connections and ten fail every other time.
                string host = receiver.HostOf(i);
                string url = (i % 100) switch
                {
                    < 10 => host + "/hang",
                    < 20 => host.Replace($":{receiver.Port}", ":9", StringComparison.Ordinal) + "/dead",
                    < 30 => host + "/flap",
                    _ => host + "/ok",
                };
                bench.Store(url);
                if (i % 1_000 != 999) continue;
                long sent = Time.GetTimestamp();
                Task healthy = receiver.WhenAsync($"/healthy/{i}");
                bench.Store($"{receiver.Url}/healthy/{i}");
                await healthy;
                latencies.Add(Time.GetElapsedTime(sent).TotalMilliseconds);
            }

            int good = count / 100 * 70;
            while (receiver.Taken < good && Time.GetElapsedTime(started) < TimeSpan.FromMinutes(10)) await Task.Delay(TimeSpan.FromMilliseconds(100), Time);
            TimeSpan took = Time.GetElapsedTime(started);
            long after = GC.GetTotalMemory(forceFullCollection: true);
            latencies.Sort();
            Console.WriteLine(
                $"{count:N0} receivers: {good:N0} good ones served in {took.TotalSeconds:F1} s ({receiver.Taken:N0} requests taken); "
                + $"a healthy one waited {latencies[latencies.Count / 2]:F0} ms (median), {latencies[(int)(latencies.Count * 0.99)]:F0} ms (p99), "
                + $"{latencies[^1]:F0} ms at most; managed memory {before / 1e6:F0} MB before, {after / 1e6:F0} MB after; "
                + $"in memory {bench.Dispatcher.Waiting:N0}");
            receiver.Release();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(string? parent, int events, int receivers, int batch, bool isPrinted)
    {
        DirectoryInfo? directory = parent is null ? null : Directory.CreateDirectory(Path.Combine(parent, "webhook-benchmark"));
        await using var receiver = new BenchReceiver();
        try
        {
            await using IJournal journal = directory is null ? new ForgetfulJournal() : await OpenAsync(directory.FullName);
            WebhookEndpointSettings[] settings =
                batch == 0 ? [] : [new() { Url = receiver.Url + "/*", Batch = new(batch, WebhookBatch.DefaultWait) }];
            await using var bench = new Bench(journal, settings, room: events * 2, TimeSpan.FromSeconds(15));
            string[] urls = [.. Enumerable.Range(0, receivers).Select(i => $"{receiver.Url}/{i}")];
            for (int i = 0; i < events; i++) bench.Store(urls[i % receivers]);
            await bench.WhenStoredAsync(events);
            GC.Collect();
            long allocated = GC.GetTotalAllocatedBytes();
            TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
            long started = Time.GetTimestamp();
            bench.Dispatcher.Start();
            while (bench.Dispatcher.Waiting > 0 || journal.QueueDepth > 0) await Task.Delay(TimeSpan.FromMilliseconds(1), Time);
            TimeSpan took = Time.GetElapsedTime(started);
            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            allocated = GC.GetTotalAllocatedBytes() - allocated;
            if (!isPrinted) return;
            string what = $"| {(directory is null ? "forgets" : "SQLite")} | {receivers} | {(batch == 0 ? "one, bare" : batch)} |";
            double seconds = took.TotalSeconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} {events / seconds:N0} | {receiver.Requests / seconds:N0} | {cpu.TotalMicroseconds / events:F1} | {allocated / events:N0} |"));
        }
        finally
        {
            directory?.Delete(recursive: true);
        }
    }

    private static async Task<IJournal> OpenAsync(string directory) => await SqliteJournal.OpenAsync(
        new() { Directory = directory }, Time, NullLogger<SqliteJournal>.Instance, null, CancellationToken.None);

    private sealed class Bench : IAsyncDisposable
    {
        private readonly IJournal _journal;
        private readonly Meters _meters = new();
        private int _stored;

        public Bench(IJournal journal, WebhookEndpointSettings[] settings, int room, TimeSpan timeout)
        {
            _journal = journal;
            var account = new Account { Sid = Sid, Name = "bench", AuthToken = "x", WebhookSecret = new byte[32], WebhookEndpoints = settings };
            Dispatcher = new(
                new() { AllowPrivateAddresses = true, TotalTimeout = timeout },
                new QueueOptions { Webhooks = room },
                new AccountDirectory([account]),
                journal,
                new NoReplies(),
                Time,
                NullLogger<WebhookDispatcher>.Instance,
                _meters);
        }

        public WebhookDispatcher Dispatcher { get; }

        public void Store(string url) => _journal.Enqueue(new Tell(this, url));

        public async Task WhenStoredAsync(int count)
        {
            while (Volatile.Read(ref _stored) < count) await Task.Delay(TimeSpan.FromMilliseconds(5), Time);
        }

        public async ValueTask DisposeAsync()
        {
            await Dispatcher.DisposeAsync();
            _meters.Dispose();
        }

        private sealed class Tell(Bench bench, string url) : Transition
        {
            private Message? _message;

            public override void Apply(IJournalTransaction transaction)
            {
                long now = transaction.Now;
                var head = new MessageHead
                {
                    Id = transaction.NextId(),
                    AccountSid = Sid,
                    From = "+15550001000",
                    To = "+4915112345678",
                    Body = "Your code is 123456. It is valid for ten minutes.",
                    SegmentCount = 1,
                    CreatedAt = now,
                    CallbackUrl = url,
                };
                _message = Message.Create(head, MessageState.Delivered, EventKind.Accepted);
                MessageEvent entry = _message.Note(now, EventKind.Sent);
                _message.Deliveries.Add(new() { EventNumber = entry.Number, Status = MessageState.Delivered, NextAt = now });
                transaction.Insert(_message);
            }

            public override void Committed()
            {
                bench.Dispatcher.Enqueue(WebhookJob.From(_message!, _message!.Deliveries[0]));
                Interlocked.Increment(ref bench._stored);
            }
        }
    }

    private sealed class Meters : IMeterFactory
    {
        private Meter? _meter;

        public Meter Create(MeterOptions options) => _meter = new(options);

        public void Dispose() => _meter?.Dispose();
    }

    private sealed class NoReplies : IInboundReplySink
    {
        public void Reply(MessageHead inbound, IReadOnlyList<string> bodies)
        {
        }

        public void ReplyIgnored(MessageHead inbound, string verb)
        {
        }
    }
}
