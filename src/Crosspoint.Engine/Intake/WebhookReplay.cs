using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Intake;

/// <summary>
/// Finds webhooks that are to be sent again, newest messages first, and makes them pending a page at a time. Never more than a page waits
/// for its commit, and none is begun while the journal has enough to do.
/// </summary>
internal sealed class WebhookReplay(IJournal journal, Notices notices)
{
    private const int PageSize = 200;
    private const int MostPages = 25;

    public async ValueTask<ReplayResult> RunAsync(Account account, ReplayQuery query, CancellationToken cancellationToken)
    {
        if (query.Message is { } id) return await RunOneAsync(account, id, query, cancellationToken).ConfigureAwait(false);
        int replayed = 0;
        int lookedAt = 0;
        long? before = query.BeforeKey;
        for (int i = 0; i < MostPages; i++)
        {
            if (journal.QueueDepth > IJournal.BackgroundDepth)
                return new(ChangeOutcome.Done, replayed, lookedAt, before, IsOverloaded: true);
            var page = new MessageQuery(account.Sid, null, null, query.CreatedFrom, query.CreatedBefore, before, PageSize);
            MessagePage found = await journal.ListAsync(page, cancellationToken).ConfigureAwait(false);
            var wanted = new List<MessageId>();
            int webhooks = 0;
            long? next = found.NextBeforeKey;
            foreach (Message message in found.Messages)
            {
                lookedAt++;
                int fitting = CountOf(message, query);
                if (fitting == 0) continue;
                wanted.Add(message.Id);
                webhooks += fitting;
                if (replayed + webhooks < query.Limit) continue;
                next = message.Id.Key;
                break;
            }

            if (wanted.Count > 0)
            {
                if (await ReplayAsync(account, wanted, query.State).ConfigureAwait(false) is not { } count)
                    return new(ChangeOutcome.StoreUnavailable, replayed, lookedAt, before);
                replayed += count;
            }

            before = next;
            if (before is null || replayed >= query.Limit) break;
        }

        return new(ChangeOutcome.Done, replayed, lookedAt, before);
    }

    private async ValueTask<ReplayResult> RunOneAsync(Account account, MessageId id, ReplayQuery query, CancellationToken cancellationToken)
    {
        Message? message = await journal.FindAsync(id, cancellationToken).ConfigureAwait(false);
        if (message?.Head.AccountSid != account.Sid) return new(ChangeOutcome.NotFound, 0, 0, null);
        if (CountOf(message, query) == 0) return new(ChangeOutcome.Done, 0, 1, null);
        return await ReplayAsync(account, [id], query.State).ConfigureAwait(false) is { } count
            ? new(ChangeOutcome.Done, count, 1, null)
            : new(ChangeOutcome.StoreUnavailable, 0, 1, null);
    }

    private async ValueTask<int?> ReplayAsync(Account account, List<MessageId> messages, DeliveryState state)
    {
        var replay = new ReplayDeliveries(notices, account.Sid, messages, state);
        journal.Enqueue(replay);
        return await replay.WaitAsync().ConfigureAwait(false) ? replay.Count : null;
    }

    private static int CountOf(Message message, ReplayQuery query)
    {
        int count = 0;
        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            if (delivery.State == query.State) count++;
        }

        if (count == 0 || query.Endpoint is null) return count;
        string url = message.Head.CallbackUrl ?? "";
        return WebhookTarget.TryGetEndpoint(url, out string endpoint, out _) && endpoint == query.Endpoint ? count : 0;
    }
}
