using System.Diagnostics;
using System.Diagnostics.Metrics;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Benchmarks.Storage;

/// <summary>
/// Whole message lives through the real journal. <c>journal [directory] [lives]</c>: as fast as it goes, at several group sizes.
/// <c>journal-steady [directory] [rate] [seconds]</c>: commit latency at a steady rate. <c>journal-large [directory] [messages]</c>: what a
/// large journal does to inserts and to look-ups of a message's status.
/// </summary>
internal static class JournalBenchmark
{
    private static readonly TimeProvider Time = TimeProvider.System;

    public static async Task RunAsync(string[] args)
    {
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int lives = args.Length > 1 ? int.Parse(args[1]) : 300_000;
        Console.WriteLine("| group | page | lives/s | µs CPU per life | log bytes per life | file bytes per life | allocated per life |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        await MeasureAsync(parent, 1000, 4096, 30_000, isPrinted: false);
        foreach (int page in args.Length > 2 ? [int.Parse(args[2])] : new[] { 4096, 8192, 16384 })
        {
            foreach (int group in new[] { 100, 1000 }) await MeasureAsync(parent, group, page, lives, isPrinted: true);
        }
    }

    public static async Task RunSteadyAsync(string[] args)
    {
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int rate = args.Length > 1 ? int.Parse(args[1]) : 200;
        int seconds = args.Length > 2 ? int.Parse(args[2]) : 15;
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(parent, "journal-benchmark"));
        var durations = new Dictionary<string, List<double>>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, each) =>
        {
            if (instrument.Meter.Name == "Crosspoint.Storage") each.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            lock (durations)
            {
                if (!durations.TryGetValue(instrument.Name, out List<double>? values)) durations[instrument.Name] = values = [];
                values.Add(value * 1000);
            }
        });
        listener.Start();
        try
        {
            await using SqliteJournal journal = await OpenAsync(directory.FullName, 2000, 4096);
            var latencies = new List<double>[MessageLife.Steps];
            for (int i = 0; i < latencies.Length; i++) latencies[i] = new(rate * seconds);
            var done = new TaskCompletionSource();
            int left = rate * seconds;
            Action<MessageLife, StoreFailure?> told = (life, failure) =>
            {
                if (failure is not null) throw new InvalidOperationException($"A life failed: {failure}.");
                latencies[life.Step - 1].Add(Time.GetElapsedTime(life.EnqueuedAt).TotalMilliseconds);
                if (life.Step == MessageLife.Steps)
                {
                    if (--left == 0) done.SetResult();
                    return;
                }

                life.EnqueuedAt = Time.GetTimestamp();
                journal.Enqueue(life);
            };
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate), Time);
            for (int i = 0; i < rate * seconds; i++)
            {
                await timer.WaitForNextTickAsync();
                var life = new MessageLife(i, told) { EnqueuedAt = Time.GetTimestamp() };
                journal.Enqueue(life);
            }

            await done.Task;
            Console.WriteLine($"steady {rate}/s for {seconds} s, milliseconds from enqueue to told:");
            for (int i = 0; i < latencies.Length; i++) Print($"step {i + 1}", latencies[i]);
            lock (durations)
            {
                foreach ((string name, List<double> values) in durations) Print($"{name} ({values.Count} times)", values);
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    public static async Task RunLargeAsync(string[] args)
    {
        const int Sample = 300_000;
        const int Every = 250;
        const int LookUps = 20_000;
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int messages = args.Length > 1 ? int.Parse(args[1]) : 10_000_000;
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(parent, "journal-benchmark"));
        try
        {
            await using SqliteJournal journal = await OpenAsync(directory.FullName, 1000, 4096);
            var lives = new Lives(journal, Every);
            await lives.RunAsync(30_000);
            Console.WriteLine($"empty: {await lives.RunAsync(Sample):F0} lives/s");
            double filling = await lives.RunAsync(messages - (2 * Sample));
            Console.WriteLine($"up to {messages:N0}: {filling:F0} lives/s on average, {Environment.WorkingSet >> 20} MB in the process");
            Console.WriteLine($"then: {await lives.RunAsync(Sample):F0} lives/s");
            MessageId[] ids = lives.Known();
            await MeasureAsync("look-ups, nothing else to do", until: null);
            Task<double> load = lives.RunAsync(Sample);
            await MeasureAsync("look-ups among lives as fast as they go", load);
            Console.WriteLine($"those lives: {await load:F0} lives/s");

            async Task MeasureAsync(string name, Task? until)
            {
                var random = new Random(1);
                var took = new List<double>(LookUps);
                while (took.Count < LookUps && until is not { IsCompleted: true })
                {
                    MessageId id = ids[random.Next(ids.Length)];
                    long at = Time.GetTimestamp();
                    if (await journal.FindAsync(id, CancellationToken.None) is null) throw new InvalidOperationException($"{id} is not there.");
                    took.Add(Time.GetElapsedTime(at).TotalMilliseconds);
                }

                Print($"{name} ({took.Count}), ms", took);
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Lives as fast as they go, 3,000 at a time.</summary>
    private sealed class Lives(SqliteJournal journal, int every)
    {
        private const int AtOnce = 3_000;
        private readonly List<MessageId> _known = [];
        private int _number;
        private int _started;
        private int _ended;
        private int _count;
        private TaskCompletionSource _done = new();

        /// <summary>The ids of some of the messages so far.</summary>
        public MessageId[] Known()
        {
            lock (_known) return [.. _known];
        }

        /// <returns>Lives a second.</returns>
        public async Task<double> RunAsync(int count)
        {
            (_started, _ended, _count) = (Math.Min(AtOnce, count), 0, count);
            _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            long at = Time.GetTimestamp();
            int first = _started;
            for (int i = 0; i < first; i++) journal.Enqueue(new MessageLife(Interlocked.Increment(ref _number), Told));
            await _done.Task;
            return count / Time.GetElapsedTime(at).TotalSeconds;
        }

        // On the journal's completion loop, one after the other.
        private void Told(MessageLife life, StoreFailure? failure)
        {
            if (failure is not null) _done.TrySetException(new InvalidOperationException($"A life failed: {failure}."));
            if (life.Step < MessageLife.Steps)
            {
                journal.Enqueue(life);
                return;
            }

            _ended++;
            if (_ended % every == 0)
            {
                lock (_known) _known.Add(life.Id);
            }

            if (_ended == _count) _done.TrySetResult();
            else if (_started < _count)
            {
                _started++;
                journal.Enqueue(new MessageLife(Interlocked.Increment(ref _number), Told));
            }
        }
    }

    private static async Task MeasureAsync(string parent, int group, int page, int lives, bool isPrinted)
    {
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(parent, "journal-benchmark"));
        try
        {
            await using SqliteJournal journal = await OpenAsync(directory.FullName, group, page);
            int atOnce = group * 3;
            int started = 0;
            int ended = 0;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Action<MessageLife, StoreFailure?> told = null!;
            told = (life, failure) =>
            {
                if (failure is not null) done.TrySetException(new InvalidOperationException($"A life failed: {failure}."));
                if (life.Step < MessageLife.Steps)
                {
                    journal.Enqueue(life);
                    return;
                }

                if (++ended == lives) done.TrySetResult();
                else if (started < lives) journal.Enqueue(new MessageLife(started++, told));
            };
            TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
            long allocated = GC.GetTotalAllocatedBytes();
            long at = Time.GetTimestamp();
            int first = Math.Min(atOnce, lives);
            started = first;
            for (int i = 0; i < first; i++) journal.Enqueue(new MessageLife(i, told));
            await done.Task;
            TimeSpan took = Time.GetElapsedTime(at);
            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            allocated = GC.GetTotalAllocatedBytes() - allocated;
            long log = journal.LogBytesWritten;
            await journal.CloseAsync(CancellationToken.None);
            long file = directory.EnumerateFiles("*.db", SearchOption.AllDirectories).Sum(each => each.Length);
            if (!isPrinted) return;
            Console.WriteLine(
                $"| {group} | {page} | {lives / took.TotalSeconds:F0} | {cpu.TotalMicroseconds / lives:F1} "
                    + $"| {log / lives} | {file / lives} | {allocated / lives} |");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Print(string name, List<double> values)
    {
        values.Sort();
        Console.WriteLine(
            $"{name}: p50 {At(values, 0.5):F2}  p99 {At(values, 0.99):F2}  p99.9 {At(values, 0.999):F2}  max {values[^1]:F2}");
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];

    private static ValueTask<SqliteJournal> OpenAsync(string directory, int group, int page) => SqliteJournal.OpenAsync(
        new() { Directory = directory, GroupLimit = group, PageSize = page },
        Time,
        NullLogger<SqliteJournal>.Instance,
        null,
        CancellationToken.None);
}
