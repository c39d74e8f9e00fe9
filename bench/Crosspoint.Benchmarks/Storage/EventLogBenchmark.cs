using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Benchmarks.Storage;

/// <summary>
/// Reads of the event log. <c>journal-events [directory] [messages]</c>: messages with one event each, one in a thousand of a small account;
/// how long readers with different filters take through all of it.
/// </summary>
internal static class EventLogBenchmark
{
    private const string Small = "AC00000000000000000000000000000002";
    private const string Huge = "AC00000000000000000000000000000001";

    private static readonly TimeProvider Time = TimeProvider.System;

    public static async Task RunAsync(string[] args)
    {
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int messages = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 500_000;
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(parent, "journal-benchmark"));
        try
        {
            await using SqliteJournal journal = await SqliteJournal.OpenAsync(
                new() { Directory = directory.FullName }, Time, NullLogger<SqliteJournal>.Instance, null, CancellationToken.None);
            for (int made = 0; made < messages; made += 1000)
            {
                var batch = new Accept();
                journal.Enqueue(batch);
                await batch.Done;
            }

            // The first passes are the compiler's.
            for (int i = 0; i < 3; i++) await ReadAsync(journal, "warm", new() { AccountSid = Small }, isPrinted: false);
            await ReadAsync(journal, "warm", EventFilter.All, isPrinted: false);
            Console.WriteLine("| reader | events seen | reads | ns an event of the log | longest read, ms |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
            await ReadAsync(journal, "the small account", new() { AccountSid = Small });
            await ReadAsync(journal, "a kind that there is not", new() { Kinds = 1UL << (int)EventKind.Failed });
            await ReadAsync(journal, "a tag that there is not", new() { Tag = "none" });
            await ReadAsync(journal, "everything", EventFilter.All);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task ReadAsync(SqliteJournal journal, string name, EventFilter filter, bool isPrinted = true)
    {
        long last = journal.Events.LastSequence;
        long after = 0;
        int seen = 0;
        int reads = 0;
        TimeSpan longest = TimeSpan.Zero;
        long started = Time.GetTimestamp();
        while (after < last)
        {
            long began = Time.GetTimestamp();
            EventPage page = await journal.Events.ReadAsync(new(after, filter, 256), CancellationToken.None);
            TimeSpan took = Time.GetElapsedTime(began);
            if (took > longest) longest = took;
            (after, seen, reads) = (page.Position, seen + page.Events.Count, reads + 1);
        }

        if (!isPrinted) return;
        double nanoseconds = Time.GetElapsedTime(started).TotalNanoseconds / last;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {seen} | {reads} | {nanoseconds:F1} | {longest.TotalMilliseconds:F2} |"));
    }

    /// <summary>A thousand messages.</summary>
    private sealed class Accept : Transition
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public override void Apply(IJournalTransaction transaction)
        {
            for (int i = 0; i < 1000; i++)
            {
                transaction.Insert(Message.Create(
                    new()
                    {
                        Id = transaction.NextId(),
                        AccountSid = i == 500 ? Small : Huge,
                        From = "CROSSPOINT",
                        To = "+4915112345678",
                        Body = "Your code is 123456. It is valid for ten minutes; do not share it with anyone, not even with us, ok?",
                        CreatedAt = transaction.Now,
                        ValidUntil = transaction.Now + 14_400 * Micros.PerSecond,
                    },
                    MessageState.Queued,
                    EventKind.Accepted));
            }
        }

        public override void Committed() => _done.SetResult();

        public override void Failed(StoreFailure failure) => _done.SetException(new InvalidOperationException($"{failure}"));
    }
}
