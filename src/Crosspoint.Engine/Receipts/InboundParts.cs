using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// Hands over what came of a long inbound message whose other parts never did: better a gap that is marked than a text that is lost. It is
/// given up after its time, or sooner when its account has too many of them.
/// </summary>
internal sealed partial class InboundParts(
    IJournal journal, Notices notices, AccountDirectory accounts, CompletedParts completed, TimeProvider time, ILogger<InboundParts> logger)
{
    private const int MostParts = 500;

    // Handed to the journal, and still there at the last look: a slow commit must not bring the message twice. Touched only by the sweeper.
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);

    // Touched only by the journal's completion loop.
    private readonly PartialMessages _partial = new();
    private readonly RareNote _tooMany = new(time);

    /// <summary>Gives up on messages whose first part came before the given time.</summary>
    public async Task GiveUpAsync(long beforeMicros, CancellationToken cancellationToken)
    {
        IReadOnlyList<InboundPart> stale = await journal.ListStalePartsAsync(
            beforeMicros, MostParts, cancellationToken).ConfigureAwait(false);
        ILookup<string, InboundPart> groups = stale.ToLookup(part => part.PartKey);
        _underWay.RemoveWhere(key => !groups.Contains(key));
        foreach (IGrouping<string, InboundPart> group in groups)
        {
            if (!_underWay.Add(group.Key)) continue;
            InboundPart first = group.First();
            if (accounts.TryFindNumber(first.To, out Account account, out OwnedNumber number))
            {
                journal.Enqueue(new DeliverIncomplete(notices, this, completed, account, number, first, "overdue"));
                continue;
            }

            // The number left the configuration since. They must not stay: enough of them would hide the others from this look.
            Log.Unowned(logger, first.Connection);
            journal.Enqueue(new KeepPartsAsOrphans(notices, first));
        }
    }

    /// <summary>A part is on disk and its message not whole. Called on the journal's completion loop.</summary>
    public void Stored(Account account, OwnedNumber number, InboundPart part)
    {
        if (_partial.Add(account.Sid, part) is not { } oldest) return;
        if (_tooMany.IsDue()) Log.TooMany(logger, account.Sid, PartialMessages.MostPerAccount);
        OwnedNumber itsNumber = accounts.TryFindNumber(oldest.To, out _, out OwnedNumber owned) ? owned : number;
        journal.Enqueue(new DeliverIncomplete(notices, this, completed, account, itsNumber, oldest, "too_many"));
    }

    /// <summary>The message of a part is whole, or given up. Called on the journal's completion loop.</summary>
    public void Ended(Account account, InboundPart part) => _partial.Remove(account.Sid, part.PartKey);

    /// <summary>
    /// Takes out the parts of a message that are still there, in order of part number; none when it became whole or was given up meanwhile.
    /// </summary>
    private static List<InboundPart> TakeOut(IJournalTransaction transaction, InboundPart known)
    {
        // Storing a part that is there already adds nothing and shows all of them; a copy that comes back was not there.
        InboundPart probe = known with { };
        var parts = new List<InboundPart>(transaction.AddInboundPart(probe));
        transaction.RemoveInboundParts(known.PartKey);
        parts.RemoveAll(part => ReferenceEquals(part, probe));
        return parts;
    }

    private sealed class DeliverIncomplete(
        Notices notices, InboundParts owner, CompletedParts completed, Account account, OwnedNumber number, InboundPart first, string reason)
        : Transition
    {
        private const string Gap = "[…]";
        private NoticeList _list;
        private bool _isGivenUp;

        public override bool IsRequired => true;

        public override void Apply(IJournalTransaction transaction)
        {
            _list.Clear();
            _isGivenUp = false;
            if (completed.Contains(first, transaction.Now)) return;
            List<InboundPart> parts = TakeOut(transaction, first);
            if (parts.Count == 0) return;
            string?[] texts = new string?[first.Total];
            foreach (InboundPart part in parts) texts[part.Number - 1] = part.Text;
            string text = string.Concat(texts.Select(part => part ?? Gap));
            RecordInbound.Insert(
                transaction, notices, account, number, first, text, first.Total, ErrorCodes.InboundSegmentMissing, ref _list);
            _isGivenUp = true;
        }

        public override void Committed()
        {
            owner.Ended(account, first);
            if (_isGivenUp) notices.Metrics.Incomplete(first.Connection, reason);
            notices.Publish(ref _list);
        }
    }

    /// <summary>Keeps each part as a PDU that nobody claims, as it would have been kept had it come now.</summary>
    private sealed class KeepPartsAsOrphans(Notices notices, InboundPart first) : Transition
    {
        // What a TLV's 16-bit length can say in UCS-2; no part of a real message comes near it.
        private const int MostCharacters = 32_000;
        private const int MostDigits = 20;
        private const byte Ucs2 = 8;
        private bool _isGivenUp;

        public override bool IsRequired => true;

        public override void Apply(IJournalTransaction transaction)
        {
            List<InboundPart> parts = TakeOut(transaction, first);
            _isGivenUp = parts.Count > 0;
            foreach (InboundPart part in parts)
            {
                string reason = $"part {part.Number} of {part.Total} of an inbound message for a number that no account owns any more";
                transaction.KeepOrphan(new OrphanPdu(part.Connection, part.At, reason, PduOf(part)));
            }
        }

        public override void Committed()
        {
            if (_isGivenUp) notices.Metrics.Incomplete(first.Connection, "unowned");
        }

        private static byte[] PduOf(InboundPart part)
        {
            byte[] text = Encoding.BigEndianUnicode.GetBytes(part.Text, 0, Math.Min(part.Text.Length, MostCharacters));
            byte[] payload = new byte[Tlv.HeaderBytes + text.Length];
            new TlvWriter(payload).Add(TlvTag.MessagePayload, text);
            var deliver = new DeliverSm
            {
                SourceAddr = Address(part.From),
                DestinationAddr = Address(part.To),
                DataCoding = Ucs2,
                Tlvs = payload,
            };
            byte[] pdu = new byte[PduHeader.Bytes + deliver.BodyLength];
            deliver.TryWrite(pdu.AsSpan(PduHeader.Bytes), out _);
            new PduHeader((uint)pdu.Length, CommandId.DeliverSm, CommandStatus.Ok, 0).Write(pdu);
            return pdu;
        }

        private static SmppAddress Address(string number) =>
            new(0, 0, Encoding.Latin1.GetBytes(number, 0, Math.Min(number.Length, MostDigits)));
    }

    private static partial class Log
    {
        [LoggerMessage(2205, LogLevel.Warning, "Account {Account} has more than {Most} long inbound messages with parts missing: the oldest are handed over with a gap")]
        public static partial void TooMany(ILogger logger, string account, int most);

        [LoggerMessage(2206, LogLevel.Warning, "Connection {Connection} brought parts of a message for a number that no account owns any more: they are kept as orphans")]
        public static partial void Unowned(ILogger logger, string connection);
    }
}
