using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Customers;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using MessageState = Crosspoint.Engine.Messages.MessageState;
using SmppState = Crosspoint.Smpp.Pdus.MessageState;

namespace Crosspoint.Server.SmppListener;

/// <summary>query_sm, cancel_sm and replace_sm: what is asked about messages that were submitted before (SMPP v3.4 §4.8 to §4.10).</summary>
internal sealed class MessageOperations(IIntake intake, IMessageReader messages, SubmitReader reader, TimeProvider time) : IDisposable
{
    private const int PageSize = 1000;
    private static readonly MessageState[] Pending = [MessageState.Queued, MessageState.Scheduled, MessageState.Receiving];

    // Scheduled as far ahead as may be, and valid as long as may be from then on: nothing older can be pending.
    private static readonly TimeSpan LongestPending = RequestCheck.MostAhead + TimeSpan.FromSeconds(RequestCheck.MostSmppValiditySeconds);

    private readonly SemaphoreSlim _oneLook = new(1);

    /// <summary>What query_sm asks for, read from its PDU.</summary>
    public readonly record struct Query(string Id, SubmitAddress Source, string From);

    /// <summary>The state of a message; null when the customer has none with that id and source.</summary>
    public async Task<(SmppState State, DateTimeOffset? FinalAt, byte Error)?> QueryAsync(SmppLogin login, Query query)
    {
        if (await FindAsync(login, query.Id, query.Source, query.From).ConfigureAwait(false) is not { } message) return null;
        foreach (long key in message.Head.Submit?.Others ?? [])
        {
            // One answer for all of a submit_multi: the least finished speaks, then one that did not arrive.
            if (await messages.FindAsync(key, CancellationToken.None).ConfigureAwait(false) is { } other && SpeaksBefore(other, message))
                message = other;
        }

        bool isFinal = MessageTransitions.IsFinal(message.State);
        byte error = 0;
        foreach (SegmentProgress segment in message.Segments)
        {
            if (byte.TryParse(segment.ReceiptError, out byte code) && code != 0) error = code;
        }

        return (DeliverWriter.StateOf(message.State), isFinal ? Micros.ToInstant(message.UpdatedAt) : null, error);
    }

    /// <summary>Cancels one message, or with an empty id all that are pending between two addresses.</summary>
    public async Task<CommandStatus> CancelAsync(SmppLogin login, Query query, string to, string serviceType, bool hasDestination)
    {
        var found = new List<Message>();
        if (query.Id.Length > 0)
        {
            if (await FindAsync(login, query.Id, query.Source, query.From).ConfigureAwait(false) is not { } message)
                return CommandStatus.InvalidMessageId;
            found.Add(message);
            foreach (long key in message.Head.Submit?.Others ?? [])
            {
                if (await messages.FindAsync(key, CancellationToken.None).ConfigureAwait(false) is { } other) found.Add(other);
            }

            if (hasDestination) found.RemoveAll(message => message.Head.To != to);
        }
        else
        {
            if (query.From.Length == 0) return CommandStatus.InvalidSourceAddress;
            if (to.Length == 0) return CommandStatus.InvalidDestinationAddress;
            found.AddRange(await FindPendingAsync(login, query.From, to, serviceType).ConfigureAwait(false));
        }

        bool any = false;
        foreach (Message message in found)
        {
            ChangeResult result = await intake.CancelAsync(login.Account, message.Id, CancellationToken.None).ConfigureAwait(false);
            if (result.Outcome is ChangeOutcome.StoreUnavailable or ChangeOutcome.OutcomeUnknown) return CommandStatus.SystemError;
            any |= result.Outcome == ChangeOutcome.Done;
        }

        return any ? CommandStatus.Ok : CommandStatus.CancelFailed;
    }

    /// <summary>What replace_sm asks for, read from its PDU.</summary>
    /// <param name="Text">Octets in the coding of the message that they replace.</param>
    public readonly record struct ReplaceQuery(
        Query Message, byte[] Text, DateTimeOffset? SendAt, DateTimeOffset? ValidUntil, byte RegisteredDelivery);

    public async Task<CommandStatus> ReplaceAsync(SmppLogin login, ReplaceQuery query)
    {
        if (await FindAsync(login, query.Message.Id, query.Message.Source, query.Message.From).ConfigureAwait(false) is not { } message)
            return CommandStatus.InvalidMessageId;
        byte coding = message.Head.Submit?.DataCoding ?? 0;
        CommandStatus status = SubmitReader.ReadWhole(query.Text, coding, login.Credential.Alphabet, out string text);
        if (status != CommandStatus.Ok) return status;
        var replacement = new Replacement(text, query.SendAt, query.ValidUntil, query.RegisteredDelivery, DataCoding: null);
        return StatusOf(await intake.ReplaceAsync(login.Account, message.Id, replacement, CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>replace_if_present_flag: replaces the newest pending message of the same addresses and service type.</summary>
    /// <returns>Its id; null when there is none.</returns>
    public async Task<MessageId?> ReplacePendingAsync(SmppLogin login, Submission submission)
    {
        SendRequest request = submission.Request;
        IReadOnlyList<Message> pending = await FindPendingAsync(
            login, request.From!, request.To!, submission.Submit.ServiceType).ConfigureAwait(false);
        foreach (Message message in pending)
        {
            var replacement = new Replacement(
                request.Body!, request.SendAt, submission.ValidUntil, submission.Submit.RegisteredDelivery, submission.Submit.DataCoding);
            ChangeResult result = await intake.ReplaceAsync(
                login.Account, message.Id, replacement, CancellationToken.None).ConfigureAwait(false);
            if (result.Outcome == ChangeOutcome.Done) return message.Id;
        }

        return null;
    }

    public CommandStatus ReadReplace(in ReplaceSm pdu, out ReplaceQuery query)
    {
        query = default;
        if (pdu.SmDefaultMsgId != 0) return CommandStatus.InvalidDefaultMessageId;
        if (!SubmitReader.IsServed(pdu.RegisteredDelivery)) return CommandStatus.InvalidRegisteredDelivery;
        var fields = new SubmitFields { Schedule = pdu.ScheduleDeliveryTime, Validity = pdu.ValidityPeriod };
        CommandStatus status = reader.ReadTimes(fields, out DateTimeOffset? sendAt, out _, out DateTimeOffset? validUntil);
        if (status != CommandStatus.Ok) return status;
        ReadOnlySpan<byte> text = pdu.ShortMessage;
        if (text.IsEmpty && new TlvReader(pdu.Tlvs).TryGet(TlvTag.MessagePayload, out ReadOnlySpan<byte> payload)) text = payload;
        query = new(ReadQuery(pdu.MessageId, pdu.SourceAddr), text.ToArray(), sendAt, validUntil, pdu.RegisteredDelivery);
        return CommandStatus.Ok;
    }

    public static Query ReadQuery(ReadOnlySpan<byte> id, SmppAddress source) =>
        new(Encoding.Latin1.GetString(id), SubmitReader.AddressOf(source), SubmitReader.ReadSource(source));

    public void Dispose() => _oneLook.Dispose();

    private long Oldest() => Micros.From(time.GetUtcNow() - LongestPending);

    private static CommandStatus StatusOf(ChangeResult result) => result.Outcome switch
    {
        ChangeOutcome.Done => CommandStatus.Ok,
        ChangeOutcome.NotFound => CommandStatus.InvalidMessageId,
        ChangeOutcome.StoreUnavailable or ChangeOutcome.OutcomeUnknown => CommandStatus.SystemError,
        _ => CommandStatus.ReplaceFailed,
    };

    private static bool SpeaksBefore(Message other, Message present)
    {
        bool isOtherFinal = MessageTransitions.IsFinal(other.State);
        bool isPresentFinal = MessageTransitions.IsFinal(present.State);
        if (isOtherFinal != isPresentFinal) return isPresentFinal;
        return present.State == MessageState.Delivered && other.State != MessageState.Delivered;
    }

    /// <summary>
    /// The message with an id as the customer knows it. Its source must be the one that it was submitted with; one that is left empty is
    /// not compared, as the id alone names a message of the account.
    /// </summary>
    private async Task<Message?> FindAsync(SmppLogin login, string id, SubmitAddress source, string from)
    {
        if (!SubmitIds.TryParse(id, login.Credential.MessageIds, out long key, out MessageId? whole, out int part)) return null;
        Message? message = await messages.FindAsync(key, CancellationToken.None).ConfigureAwait(false);
        if (message is null || message.Head.AccountSid != login.Account.Sid || message.Head.IsInbound) return null;
        if (whole is { } expected && message.Id != expected) return null;
        if (part > (message.Head.Submit?.PartCount ?? 0)) return null;
        return source.Digits.Length == 0 || message.Head.From == from || message.Head.Submit?.Source.Digits == source.Digits ? message : null;
    }

    private async Task<IReadOnlyList<Message>> FindPendingAsync(SmppLogin login, string from, string to, string serviceType)
    {
        // No index leads there: one look at a time, off the session's thread, so that customers who ask much cannot keep readers from others.
        await _oneLook.WaitAsync().ConfigureAwait(false);
        try
        {
            return await Task.Run(() => ListPendingAsync(login, from, to, serviceType)).ConfigureAwait(false);
        }
        finally
        {
            _oneLook.Release();
        }
    }

    private async Task<IReadOnlyList<Message>> ListPendingAsync(SmppLogin login, string from, string to, string serviceType)
    {
        var found = new List<Message>();
        foreach (MessageState state in Pending)
        {
            long? before = null;
            do
            {
                MessagePage page = await messages.ListAsync(
                    new MessageQuery(login.Account.Sid, to, from, Oldest(), null, before, PageSize, MessageQuery.StateBit(state)), CancellationToken.None).ConfigureAwait(false);
                foreach (Message message in page.Messages)
                {
                    if (!message.Head.IsInbound && (message.Head.Submit?.ServiceType ?? "") == serviceType) found.Add(message);
                }

                before = page.NextBeforeKey;
            }
            while (before is not null);
        }

        return found;
    }
}
