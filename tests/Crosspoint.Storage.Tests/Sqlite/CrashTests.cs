using System.Diagnostics;
using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>What was acknowledged is there after the worst, and the files are sound.</summary>
public sealed class CrashTests : SqliteTest
{
    [Theory]
    [InlineData(1 << 30)]
    [InlineData(1 << 12)]
    public async Task CopyOfTheDirectory_TakenWhileWriting_HoldsEverythingAcknowledged(int checkpointBytes)
    {
        SqliteJournalOptions options = new()
        {
            Directory = Journal,
            IdleCheckpointBytes = checkpointBytes,
            BusyCheckpointBytes = checkpointBytes,
            ReserveBytes = 0,
            CacheMessages = 50,
            GroupLimit = 20,
        };
        await using SqliteJournal journal = await OpenAsync(options);
        var random = new Random(20261121);
        var acknowledged = new Dictionary<long, (MessageId Id, int Steps)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task[] load = [.. Enumerable.Range(0, 8).Select(worker => Task.Run(() => LoadAsync(worker), Token))];
        for (int round = 0; round < 12; round++)
        {
            int atLeast = CountOf() + random.Next(20, 200);
            await UntilAsync(() => CountOf() >= atLeast);
            Dictionary<long, (MessageId Id, int Steps)> before = [];
            string copy = Path.Combine(Root, $"copy-{round}");
            if (checkpointBytes > 1 << 20)
            {
                // Nothing moves from the logs into the files, so a copy made beside the writer is what a power cut
                // leaves: torn at the end of a log.
                before = Snapshot();
                CopyDirectory(Journal, copy);
            }
            else
            {
                // Logs are moved all the time, so the copy is made between two groups.
                await CommitAsync(journal, _ =>
                {
                    before = Snapshot();
                    CopyDirectory(Journal, copy);
                });
            }

            await CheckAsync(copy, before, Time);
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);

        async Task LoadAsync(int worker)
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                MessageId id = await SendAsync(journal, $"w{worker}-{i}");
                Note(id, 2);
                await CommitAsync(journal, transaction =>
                {
                    CorrelationHit hit = transaction.FindCorrelated(Sample.Group, $"w{worker}-{i}").ShouldHaveSingleItem();
                    Sample.Delivered(transaction, transaction.Find(hit.Key)!);
                });
                Note(id, 3);
                await CommitAsync(journal, transaction => Sample.WebhookDone(transaction, transaction.Find(id.Key)!));
                Note(id, 4);
            }
        }

        void Note(MessageId id, int steps)
        {
            lock (acknowledged) acknowledged[id.Key] = (id, steps);
        }

        int CountOf()
        {
            lock (acknowledged) return acknowledged.Count;
        }

        Dictionary<long, (MessageId Id, int Steps)> Snapshot()
        {
            lock (acknowledged) return new(acknowledged);
        }
    }

    [Fact]
    public async Task KilledProcess_AtAnyMoment_LosesNothingAcknowledged()
    {
        var random = new Random(7);
        var acknowledged = new Dictionary<long, (MessageId Id, int Steps)>();
        for (int round = 0; round < 5; round++)
        {
            using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
            {
                RedirectStandardOutput = true,
                Environment = { [CrashChild.Variable] = Journal },
            })!;
            int lines = random.Next(500, 4_000);
            try
            {
                for (int i = 0; i < lines; i++)
                {
                    string? line = await child.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);
                    line.ShouldNotBeNull("the child ended by itself");
                    Note(line, acknowledged);
                }
            }
            finally
            {
                child.Kill();
            }

            // What it had already said counts as well; the last line may be cut.
            string rest = await child.StandardOutput.ReadToEndAsync(Token);
            foreach (string line in rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Note(line, acknowledged);
            }
            await child.WaitForExitAsync(Token);
            await CheckAsync(Journal, acknowledged, TimeProvider.System);
        }
    }

    [Fact]
    public async Task FailedFsync_BreaksTheJournalAndNothingIsAcknowledgedAfterIt()
    {
        string library = await FaultyDisk.BuildAsync(Root, Token);
        string trigger = Path.Combine(Root, "fail-now");
        var acknowledged = new Dictionary<long, (MessageId Id, int Steps)>();
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            Environment = { [CrashChild.Variable] = Journal, ["LD_PRELOAD"] = library, [FaultyDisk.Variable] = trigger },
        })!;
        string? last = null;
        try
        {
            for (int i = 0; i < 1_000; i++) Note((await ReadLineAsync())!, acknowledged);
            await File.WriteAllTextAsync(trigger, "", Token);
            while (await ReadLineAsync() is { } line)
            {
                last = line;
                if (line != CrashChild.BrokenLine) Note(line, acknowledged);
            }

            await child.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
        }
        finally
        {
            if (!child.HasExited) child.Kill();
        }

        last.ShouldBe(CrashChild.BrokenLine);
        child.ExitCode.ShouldBe(1);
        await CheckAsync(Journal, acknowledged, TimeProvider.System);

        async Task<string?> ReadLineAsync() =>
            await child.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    private static void Note(string line, Dictionary<long, (MessageId Id, int Steps)> acknowledged)
    {
        string[] parts = line.Split(' ');
        MessageId.TryParse(parts[0], out MessageId id).ShouldBeTrue(line);
        acknowledged[id.Key] = (id, int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private async Task CheckAsync(string directory, Dictionary<long, (MessageId Id, int Steps)> acknowledged, TimeProvider time)
    {
        await using (SqliteJournal journal = await OpenAsync(new() { Directory = directory, ReserveBytes = 0 }, time))
        {
            foreach ((MessageId id, int steps) in acknowledged.Values)
            {
                Message message = (await journal.FindAsync(id, Token)).ShouldNotBeNull();
                message.Events.Count.ShouldBeGreaterThanOrEqualTo(Math.Min(steps + 1, 4));
                if (steps >= 2) message.SentAt.ShouldBeGreaterThan(0);
                if (steps >= 3) message.State.ShouldBe(MessageState.Delivered);
                if (steps >= 4) message.IsOpen.ShouldBeFalse();
            }

            // Vendor ids and open messages stand beside the rows: they must tell the same story.
            foreach ((MessageId id, int steps) in acknowledged.Values.Take(200))
            {
                if (steps < 2) continue;
                Message message = (await journal.FindAsync(id, Token))!;
                await CommitAsync(journal, transaction =>
                    transaction.FindCorrelated(Sample.Group, message.Segments[0].VendorId!).ShouldContain(new CorrelationHit(id.Key, 0)));
            }

            var open = new HashSet<long>();
            foreach (Message message in await journal.ListOpenAsync(0, int.MaxValue, Token)) open.Add(message.Id.Key);
            foreach ((MessageId id, int steps) in acknowledged.Values)
            {
                open.Contains(id.Key).ShouldBe((await journal.FindAsync(id, Token))!.IsOpen, $"{id} {steps}");
            }
        }

        foreach (string file in SliceFiles(directory))
        {
            using SqliteDatabase database = SqliteDatabase.OpenForReading(Path.Combine(directory, "slices", file));
            database.QueryText("PRAGMA integrity_check").ShouldBe("ok");
        }
    }
}
