using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Benchmarks.Storage;

/// <summary>
/// Searches for messages over all accounts. <c>journal-search [directory] [messages]</c>: ordinary lives that have ended; how long one request takes, and how long a
/// search that goes on to the oldest message.
/// </summary>
internal static class SearchBenchmark
{
    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly MessageQuery All = new(null, null, null, null, null, null, 50);

    public static async Task RunAsync(string[] args)
    {
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int messages = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(parent, "journal-benchmark"));
        try
        {
            await using SqliteJournal journal = await SqliteJournal.OpenAsync(
                new() { Directory = directory.FullName }, Time, NullLogger<SqliteJournal>.Instance, null, CancellationToken.None);
            for (int made = 0; made < messages; made += Accept.Count)
            {
                var batch = new Accept(made);
                journal.Enqueue(batch);
                await batch.Done;
            }

            for (int i = 0; i < 3; i++) await SearchAsync(journal, "warm", All with { Tag = "none" }, isPrinted: false);
            Console.WriteLine("| search | found | requests | longest request, ms | all of it, ms | ns a message |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
            await SearchAsync(journal, "everything, the newest page", All, mostPages: 1);
            await SearchAsync(journal, "a recipient, the oldest message", All with { To = Accept.RecipientOf(0) });
            await SearchAsync(journal, "a state that there is not", All with { States = MessageQuery.StateBit(MessageState.Failed) });
            await SearchAsync(journal, "an error that there is not", All with { ErrorCode = 30003 });
            await SearchAsync(journal, "a class that there is not", All with { Class = TrafficClass.Otp });
            await SearchAsync(journal, "a sender that there is not", All with { From = "NOBODY" });
            await SearchAsync(journal, "a tag that there is not", All with { Tag = "none" });
            await SearchAsync(journal, "a connection that there is not", All with { Connection = "none-1" });
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task SearchAsync(SqliteJournal journal, string name, MessageQuery query, int mostPages = int.MaxValue, bool isPrinted = true)
    {
        int found = 0;
        int pages = 0;
        long oldest;
        TimeSpan longest = TimeSpan.Zero;
        long started = Time.GetTimestamp();
        do
        {
            long began = Time.GetTimestamp();
            MessagePage page = await journal.ListAsync(query, CancellationToken.None);
            TimeSpan took = Time.GetElapsedTime(began);
            if (took > longest) longest = took;
            (found, pages, oldest) = (found + page.Messages.Count, pages + 1, page.NextBeforeKey ?? 0);
            query = query with { BeforeKey = page.NextBeforeKey };
        }
        while (oldest != 0 && pages < mostPages);
        if (!isPrinted) return;
        TimeSpan all = Time.GetElapsedTime(started);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {found} | {pages} | {longest.TotalMilliseconds:F1} | {all.TotalMilliseconds:F0} | {(mostPages == 1 ? 0 : all.TotalNanoseconds / Accept.Made):F0} |"));
    }

    /// <summary>Some messages.</summary>
    private sealed class Accept(int first) : Transition
    {
        public const int Count = 1_000;

        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static int Made { get; private set; }

        public Task Done => _done.Task;

        public static string RecipientOf(int number) => string.Create(CultureInfo.InvariantCulture, $"+49151{number:D8}");

        public override void Apply(IJournalTransaction transaction)
        {
            for (int i = 0; i < Count; i++)
                transaction.Insert(MessageLife.After(4, transaction.NextId(), transaction.Now, RecipientOf(first + i), $"{first + i:x12}"));
        }

        public override void Committed()
        {
            Made += Count;
            _done.SetResult();
        }

        public override void Failed(StoreFailure failure) => _done.SetException(new InvalidOperationException($"{failure}"));
    }
}
