using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Carriers;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Simulator;

/// <summary>query_sm, cancel_sm and replace_sm, answered from the record of submissions (SMPP v3.4 §4.8 to §4.10).</summary>
public sealed partial class SimulatedCarrier
{
    // Of more the oldest are forgotten: what was planned for them is over.
    private const int WithdrawnMost = 100_000;

    private readonly Lock _withdrawnGate = new();
    private readonly HashSet<long> _withdrawn = [];
    private readonly Queue<long> _withdrawnOrder = [];
    private int _withdrawnCount;
    private long _tickets;

    /// <summary>Whether a submission was canceled or replaced: what was planned for it does not happen.</summary>
    internal bool IsWithdrawn(long ticket)
    {
        if (ticket == 0 || Volatile.Read(ref _withdrawnCount) == 0) return false;
        lock (_withdrawnGate) return _withdrawn.Contains(ticket);
    }

    internal void OnQuery(CarrierConnection connection, in PduHeader header, ReadOnlySpan<byte> body)
    {
        Counts.Queries.Add();
        DecodeResult decoded = QuerySm.TryRead(body, out QuerySm query);
        CommandStatus status = decoded.Status;
        if (decoded.IsOk && query.MessageId.IsEmpty) status = CommandStatus.InvalidMessageId;
        SubmitEntry? entry = status == CommandStatus.Ok
            ? Ring.Find(connection.Customer!.SystemId, query.MessageId, query.SourceAddr)
            : null;
        if (entry is null)
        {
            connection.AnswerQuery(header.SequenceNumber, status == CommandStatus.Ok ? CommandStatus.QueryFailed : status, default);
            return;
        }

        bool isFinal = entry.FinalAt <= _time.GetUtcNow();
        Span<byte> date = stackalloc byte[SmppTime.Bytes];
        if (isFinal) SmppTime.FormatAbsolute(entry.FinalAt.ToUniversalTime(), date);
        Span<byte> answer = stackalloc byte[96];
        var response = new QuerySmResp
        {
            MessageId = query.MessageId,
            FinalDate = isFinal ? date : default,
            State = isFinal ? entry.FinalState : ReceiptStates.Enroute,
        };
        response.TryWrite(answer, out int written);
        connection.AnswerQuery(header.SequenceNumber, CommandStatus.Ok, answer[..written]);
    }

    internal CommandStatus OnCancel(CarrierConnection connection, ReadOnlySpan<byte> body)
    {
        Counts.Cancels.Add();
        DecodeResult decoded = CancelSm.TryRead(body, out CancelSm pdu);
        if (!decoded.IsOk) return decoded.Status;
        if (pdu.MessageId.IsEmpty && pdu.DestinationAddr.Digits.IsEmpty) return CommandStatus.InvalidDestinationAddress;
        DateTimeOffset now = _time.GetUtcNow();
        List<SubmitEntry> canceled = Ring.Cancel(connection.Customer!.SystemId, pdu, ReceiptStates.Deleted, now);
        NetworkTable inForce = InForce;
        foreach (SubmitEntry entry in canceled)
        {
            Withdraw(entry, out SubmitFacts facts);
            ReceiptBehaviour receipts = (inForce.Of(facts.Destination.Digits)?.Behaviour ?? inForce.Carrier).Receipts;

            // 1 asks for every final receipt, 2 for that of a failure.
            bool wantsReceipt = (facts.RegisteredDelivery & 3) is 1 or 2 && !receipts.Silent && !IsMuted(receipts, facts);
            if (!wantsReceipt) continue;
            Delivery receipt = Compose(
                connection, receipts, facts, entry.Id, 0, "000", ReceiptStates.Deleted, EsmClass.Receipt, entry.Time, now);
            receipt.To!.Enqueue(receipt, isFirst: false);
        }

        return canceled.Count > 0 ? CommandStatus.Ok : CommandStatus.CancelFailed;
    }

    internal CommandStatus OnReplace(CarrierConnection connection, ReadOnlySpan<byte> body)
    {
        Counts.Replaces.Add();
        DecodeResult decoded = ReplaceSm.TryRead(body, out ReplaceSm pdu);
        if (!decoded.IsOk) return decoded.Status;
        if (pdu.MessageId.IsEmpty) return CommandStatus.InvalidMessageId;
        DateTimeOffset now = _time.GetUtcNow();
        SubmitEntry? entry = Ring.Find(connection.Customer!.SystemId, pdu.MessageId, pdu.SourceAddr);

        // A part of a long message says nothing by itself, and data_sm has no text that replace_sm could carry.
        bool isWhole = entry is { CommandId: CommandId.SubmitSm }
            && SubmitFacts.TryRead(entry.CommandId, entry.Body, out SubmitFacts before).IsOk && before.Total <= 1;
        if (!isWhole) return CommandStatus.ReplaceFailed;
        SubmitSm.TryRead(entry!.Body, out SubmitSm submit);
        submit.RegisteredDelivery = pdu.RegisteredDelivery;
        submit.ShortMessage = pdu.ShortMessage;
        submit.Tlvs = pdu.Tlvs;
        var replaced = new byte[submit.BodyLength];
        if (!submit.TryWrite(replaced, out int written)) return CommandStatus.ReplaceFailed;
        long ticket = Interlocked.Increment(ref _tickets);
        if (!Ring.Replace(entry, replaced.AsSpan(0, written), ticket, now)) return CommandStatus.ReplaceFailed;

        Withdraw(entry, out _);
        SubmitFacts.TryRead(CommandId.SubmitSm, replaced.AsSpan(0, written), out SubmitFacts facts);
        NetworkTable inForce = InForce;
        CarrierBehaviour behaviour = inForce.Of(facts.Destination.Digits)?.Behaviour ?? inForce.Carrier;
        if (entry.FinalState is ReceiptStates.Delivered or ReceiptStates.Accepted)
            ShowOnHandset(connection, behaviour, facts, entry.Time, ticket);
        ReceiptState final = behaviour.Receipts.States.FirstOrDefault(
            state => ReceiptStates.Number(state.State) == entry.FinalState) ?? Refused with { State = NameOf(entry.FinalState) };
        Delivery? early = PlanReceipts(
            connection, behaviour.Receipts, facts, entry.Id, ticket, final, entry.FinalState, entry.Time, now, entry.FinalAt - now);
        if (early is null) return CommandStatus.Ok;
        Ring.EndNow(ticket, now);
        early.To!.Enqueue(early, isFirst: false);
        return CommandStatus.Ok;
    }

    private static string NameOf(byte state) => System.Text.Encoding.ASCII.GetString(ReceiptStates.Text(state));

    /// <summary>Takes back what was planned for a submission, and the message from the phone that shows it already.</summary>
    private void Withdraw(SubmitEntry entry, out SubmitFacts facts)
    {
        SubmitFacts.TryRead(entry.CommandId, entry.Body.AsSpan(0, entry.Length), out facts);
        Handsets.Remove(Name, entry.Time, facts);
        lock (_withdrawnGate)
        {
            _withdrawn.Add(entry.Ticket);
            _withdrawnOrder.Enqueue(entry.Ticket);
            if (_withdrawnOrder.Count > WithdrawnMost) _withdrawn.Remove(_withdrawnOrder.Dequeue());
            Volatile.Write(ref _withdrawnCount, _withdrawn.Count);
        }
    }
}
