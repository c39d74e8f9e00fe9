using System.CommandLine;
using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Rehearsal;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Cli.Bench;

/// <summary>
/// <c>crosspoint bench rehearsal</c>: writes a journal of delivered messages and rehearses them all against a draft of 200 rules, over 40 connections
/// with prices. Prints one JSON object.
/// </summary>
internal static class RehearsalBench
{
    private const int ConnectionCount = 40;
    private const int RuleCount = 200;
    private const int Batch = 1_000;

    private static readonly string[] Places = ["+49151", "+336", "+4477", "+346", "+39347", "+4860", "+316", "+1212", "+551199", "+9198"];
    private static readonly string[] Countries = ["DE", "FR", "GB", "ES", "IT", "PL", "NL", "US", "BR", "IN"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create(TimeProvider time)
    {
        var count = new Option<int>("--count") { Description = "Messages", DefaultValueFactory = _ => 1_000_000 };
        count.RequireAtLeast(1);
        var command = new Command("rehearsal", "Measure how long the rehearsal of a plan takes, from the journal to the report") { count };
        command.SetAction((result, cancellationToken) => RunAsync(result.GetValue(count), time, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int count, TimeProvider time, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("crosspoint-bench-").FullName;
        using ILoggerFactory loggers = ConsoleLogging.Create(LogLevel.Warning);
        try
        {
            SqliteJournal journal = await SqliteJournal.OpenAsync(
                new() { Directory = folder }, time, loggers.CreateLogger<SqliteJournal>(), null, cancellationToken).ConfigureAwait(false);
            await using (journal.ConfigureAwait(false))
            {
                long started = time.GetTimestamp();
                for (int from = 0; from < count; from += Batch)
                {
                    var fill = new Fill(from, Math.Min(from + Batch, count));
                    journal.Enqueue(fill);
                    await fill.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                TimeSpan written = time.GetElapsedTime(started);
                started = time.GetTimestamp();
                var rehearsal = new RoutingRehearsal(Snapshot(), Plan(RuleCount));
                TimeSpan compiled = time.GetElapsedTime(started);
                long allocated = GC.GetTotalAllocatedBytes();
                long most = 0;
                started = time.GetTimestamp();
                var page = new List<PastMessage>();
                for (long? after = 0; after is not null;)
                {
                    page.Clear();
                    after = await journal.ReadPastAsync(0, time.GetUtcMicros() + Micros.PerSecond, after.Value, page, cancellationToken).ConfigureAwait(false);
                    foreach (PastMessage past in page) rehearsal.Add(past.Head, past.State, past.Taker);
                    most = Math.Max(most, GC.GetTotalMemory(false));
                }

                RehearsalReport report = rehearsal.Report();
                TimeSpan took = time.GetElapsedTime(started);
                Console.WriteLine(JsonSerializer.Serialize(
                    new
                    {
                        settings = new { count, connections = ConnectionCount, rules = RuleCount, cores = Environment.ProcessorCount },
                        journal_written_seconds = Math.Round(written.TotalSeconds, 2),
                        compile_seconds = Math.Round(compiled.TotalSeconds, 3),
                        rehearsal_seconds = Math.Round(took.TotalSeconds, 2),
                        messages_per_second = Math.Round(report.Messages / took.TotalSeconds),
                        octets_allocated_per_message = (GC.GetTotalAllocatedBytes() - allocated) / Math.Max(1, report.Messages),
                        most_heap_mb = most / (1024 * 1024),
                        rehearsed = report.Messages,
                        moved = report.Moved,
                        cost_before = ((decimal)report.Before.Cost) / 1_000_000,
                        cost_after = ((decimal)report.After.Cost) / 1_000_000,
                    },
                    Indented));
                return report.Messages == count ? ExitCodes.Ok : ExitCodes.Failed;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static RoutingSnapshot Snapshot() => new(
        Plan(1), [.. Enumerable.Range(0, ConnectionCount).Select(static i => new RouteConnection(NameOf(i), NameOf(i), ConnectionCapabilities.Default))],
        new() { Rates = Prices(), DestinationOf = static number => Networks.Locate(number) }, AllUsable.Instance);

    // The last rule takes everything; those above it are for prefixes, classes and countries, in every way of choosing.
    private static RoutingPlan Plan(int rules) => new(1, [NameOf(0)])
    {
        Rules =
        [
            .. Enumerable.Range(0, rules).Select(i => new RoutingRule
            {
                Name = $"rule-{i}",
                Match = i == rules - 1 ? RuleMatch.Any : (i % 3) switch
                {
                    0 => new() { Prefixes = [$"{Places[i % Places.Length]}{i % 10}"] },
                    1 => new() { Countries = [Countries[i % Countries.Length]], Classes = [(TrafficClass)(i % 3)], Tags = [$"tag-{i}"] },
                    _ => new() { Countries = [Countries[i % Countries.Length]], Segments = [new(1 + (i % 3), 1 + (i % 3))] },
                },
                Route = new()
                {
                    Connections = [.. Enumerable.Range(0, 6).Select(at => NameOf((i + (at * 5)) % ConnectionCount))],
                    Choose = (RouteStrategy)(i % 5),
                },
            }),
        ],
    };

    private static RateBook Prices()
    {
        var decks = new Dictionary<string, IReadOnlyList<DatedDeck>>();
        for (int i = 0; i < ConnectionCount; i++)
        {
            var deck = new RateDeckBuilder();
            for (int place = 0; place < Countries.Length; place++)
            {
                RateKey.TryCountry(Countries[place], out RateKey key);
                deck.Add(place + 1, key, 10_000_000 + (((i * 7) + (place * 13)) % 50 * 100_000), "EUR", RatePeriod.Always);
            }

            decks.Add(NameOf(i), [new(deck.Build(static (_, _, _) => { })!, 1, long.MinValue)]);
        }

        return RateBook.Compile(new() { Decks = decks }, DateTimeOffset.UnixEpoch, 1);
    }

    private static string NameOf(int connection) => $"connection-{connection}";

    /// <summary>Messages that were sent and delivered.</summary>
    private sealed class Fill(int from, int to) : Transition
    {
        private static readonly RouteDecision Decision = new(
            1, "rule-0",
            [new(NameOf(0), CandidateCode.Chosen) { Price = 7_500 }, .. Enumerable.Range(1, 5).Select(static i => new RouteCandidate(NameOf(i), CandidateCode.Dearer))]);

        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public override void Apply(IJournalTransaction transaction)
        {
            const string Text = "Your code is 123456. It is valid for ten minutes; do not share it with anyone, not even with us. Thanks!";
            for (int i = from; i < to; i++)
            {
                long now = transaction.Now;
                string place = Places[i % Places.Length];
                Message message = Message.Create(
                    new()
                    {
                        Id = transaction.NextId(),
                        AccountSid = "AC00000000000000000000000000000001",
                        From = "CROSSPOINT",
                        To = place + (i * 7919L % 100_000_000).ToString("D8", System.Globalization.CultureInfo.InvariantCulture)[..(12 - place.Length)],
                        Body = Text,
                        Class = (TrafficClass)(i % 3),
                        SegmentCount = 1 + (i % 7 == 0 ? 1 : 0),
                        CreatedAt = now,
                        ValidUntil = now + Micros.PerSecond,
                    },
                    MessageState.Queued, EventKind.Accepted);
                message.Attempts.Add(
                    new() { Number = 1, Connection = NameOf(0), Decision = Decision, StartedAt = now, EndedAt = now, Outcome = AttemptOutcome.Sent });
                message.Segments.Add(new() { State = SegmentState.Delivered, VendorId = $"vendor-{i}", Attempt = 1 });
                message.TryMove(MessageState.Sending, now, EventKind.AttemptStarted, NameOf(0));
                message.TryMove(MessageState.Sent, now, EventKind.Sent, NameOf(0));
                message.TryMove(MessageState.Delivered, now, EventKind.Delivered, NameOf(0));
                transaction.Insert(message);
            }
        }

        public override void Committed() => _done.TrySetResult();

        public override void Failed(StoreFailure failure) => _done.TrySetException(new IOException($"The journal says {failure}."));
    }
}
