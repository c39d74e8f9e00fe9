using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Storage.Tests.Sqlite;

/// <summary>
/// The test program started as a writer: with the variable set to a journal's directory it writes message lives, prints
/// each step once it is acknowledged,
/// and waits to be killed.
/// </summary>
internal static class CrashChild
{
    public const string Variable = "CROSSPOINT_CRASH_CHILD";

    /// <summary>Printed last when the journal broke; the exit code is then 1.</summary>
    public const string BrokenLine = "broken";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(string directory)
    {
        // A small log limit, so that the kill also meets checkpoints.
        await using SqliteJournal journal = await SqliteJournal.OpenAsync(
            new()
            {
                Directory = directory,
                IdleCheckpointBytes = 1 << 16,
                BusyCheckpointBytes = 1 << 17,
                ReserveBytes = 0,
                GroupLimit = 50,
            },
            TimeProvider.System,
            NullLogger<SqliteJournal>.Instance,
            null,
            CancellationToken.None);
        using var end = new CancellationTokenSource(Longest, TimeProvider.System);
        TextWriter output = Console.Out;
        string run = Guid.NewGuid().ToString("N");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(() => LiveAsync(worker))));
        if (journal.Health != JournalHealth.Broken) return;
        await output.WriteLineAsync(BrokenLine);
        Environment.Exit(1);

        async Task LiveAsync(int worker)
        {
            for (int i = 0; !end.IsCancellationRequested && !journal.Broken.IsCompleted; i++)
            {
                MessageId id = default;
                string vendorId = $"{run}-{worker}-{i}";
                if (!await StepAsync(transaction => id = Sample.AcceptAndStart(transaction).Id)) return;
                Say(id, 1);
                if (!await StepAsync(transaction => Sample.Sent(transaction, transaction.Find(id.Key)!, vendorId))) return;
                Say(id, 2);
                if (!await StepAsync(transaction => Receipt(transaction, vendorId))) return;
                Say(id, 3);
                if (!await StepAsync(transaction => Sample.WebhookDone(transaction, transaction.Find(id.Key)!))) return;
                Say(id, 4);
            }
        }

        async Task<bool> StepAsync(Action<IJournalTransaction> apply)
        {
            var step = new Step(apply);
            journal.Enqueue(step);
            StoreFailure? failure = await step.Result;
            if (failure is not (null or StoreFailure.Broken or StoreFailure.Unknown)) throw new InvalidOperationException($"A step failed: {failure}.");
            return failure is null;
        }

        static void Receipt(IJournalTransaction transaction, string vendorId) =>
            Sample.Delivered(transaction, transaction.Find(transaction.FindCorrelated(Sample.Group, vendorId)[0].Key)!);

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
