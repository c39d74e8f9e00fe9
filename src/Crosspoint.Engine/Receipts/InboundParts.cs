using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// Hands over what came of a long inbound message whose other parts never did: better a gap that is marked than a text that is lost.
/// </summary>
internal sealed class InboundParts(IJournal journal, Notices notices, AccountDirectory accounts, CompletedParts completed)
{
    private const int MostParts = 500;

    // Handed to the journal, and still there at the last look: a slow commit must not bring the message twice. Touched only by the sweeper.
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);

    /// <summary>Gives up on messages whose first part came before the given time.</summary>
    public async Task GiveUpAsync(long beforeMicros, CancellationToken cancellationToken)
    {
        IReadOnlyList<InboundPart> stale = await journal.ListStalePartsAsync(
            beforeMicros, MostParts, cancellationToken).ConfigureAwait(false);
        ILookup<string, InboundPart> groups = stale.ToLookup(part => part.PartKey);
        _underWay.RemoveWhere(key => !groups.Contains(key));
        foreach (IGrouping<string, InboundPart> group in groups)
        {
            bool isOwned = accounts.TryFindNumber(group.First().To, out Account account, out OwnedNumber number);
            if (!isOwned || !_underWay.Add(group.Key)) continue;
            journal.Enqueue(new DeliverIncomplete(notices, completed, account, number, [.. group]));
        }
    }

    private sealed class DeliverIncomplete(
        Notices notices, CompletedParts completed, Account account, OwnedNumber number, InboundPart[] parts) : Transition
    {
        private const string Gap = "[…]";
        private NoticeList _list;

        public override bool IsRequired => true;

        public override void Apply(IJournalTransaction transaction)
        {
            _list.Clear();
            if (completed.Contains(parts[0], transaction.Now)) return;

            // Storing a part that is there already adds nothing, and shows whether the message became whole meanwhile.
            IReadOnlyList<InboundPart> now = transaction.AddInboundPart(parts[0]);
            transaction.RemoveInboundParts(parts[0].PartKey);
            if (now.Count < parts.Length) return;
            string?[] texts = new string?[parts[0].Total];
            foreach (InboundPart part in now) texts[part.Number - 1] = part.Text;
            string text = string.Concat(texts.Select(part => part ?? Gap));
            RecordInbound.Insert(
                transaction, notices, account, number, parts[0], text, parts[0].Total, ErrorCodes.InboundSegmentMissing, ref _list);
        }

        public override void Committed() => notices.Publish(ref _list);
    }
}
