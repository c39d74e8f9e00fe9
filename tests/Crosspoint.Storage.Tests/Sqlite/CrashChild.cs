using Crosspoint.Engine.Messages;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>
/// The test program started as a writer: with the variable set to a journal's directory it writes message lives, prints each step once it is acknowledged,
/// and waits to be killed.
/// </summary>
internal static class CrashChild
{
    public const string Variable = "CROSSPOINT_CRASH_CHILD";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(string directory)
    {
        // A small log limit, so that the kill also meets checkpoints.
        await using SqliteJournal journal = await SqliteJournal.OpenAsync(
            new() { Directory = directory, IdleCheckpointBytes = 1 << 16, BusyCheckpointBytes = 1 << 17, ReserveBytes = 0, GroupLimit = 50 },
            TimeProvider.System,
            NullLogger<SqliteJournal>.Instance,
            null,
            CancellationToken.None);
        using var end = new CancellationTokenSource(Longest, TimeProvider.System);
        var output = Console.Out;
        string run = Guid.NewGuid().ToString("N");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(() => LiveAsync(worker))));

        async Task LiveAsync(int worker)
        {
            for (int i = 0; !end.IsCancellationRequested; i++)
            {
                MessageId id = default;
                string vendorId = $"{run}-{worker}-{i}";
                await StepAsync(transaction => id = Sample.AcceptAndStart(transaction).Id);
                Say(id, 1);
                await StepAsync(transaction => Sample.Sent(transaction, transaction.Find(id.Key)!, vendorId));
                Say(id, 2);
                await StepAsync(transaction => Sample.Delivered(transaction, transaction.Find(transaction.FindCorrelated(Sample.Group, vendorId)[0].Key)!));
                Say(id, 3);
                await StepAsync(transaction => Sample.WebhookDone(transaction, transaction.Find(id.Key)!));
                Say(id, 4);
            }
        }

        async Task StepAsync(Action<Engine.Stores.IJournalTransaction> apply)
        {
            var step = new Step(apply);
            journal.Enqueue(step);
            if (await step.Result is { } failure) throw new InvalidOperationException($"A step failed: {failure}.");
        }

        void Say(MessageId id, int steps)
        {
            string line = $"{id} {steps}\n";
            lock (output)
            {
                output.Write(line);
                output.Flush();
            }
        }
    }
}
