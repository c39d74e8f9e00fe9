using System.Diagnostics.Metrics;
using System.Globalization;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Monitoring;

/// <summary>What the engine counts. Tags are classes, connections, states and kinds of error: never numbers, texts or ids.</summary>
public sealed class EngineMetrics
{
    public const string MeterName = "Crosspoint.Engine";

    private static readonly string[] ClassNames = ["transactional", "otp", "marketing"];

    private readonly TrafficTotals? _totals;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _states;
    private readonly Counter<long> _submits;
    private readonly Counter<long> _receipts;
    private readonly Counter<long> _receiptMatches;
    private readonly Counter<long> _possibleDuplicates;
    private readonly Counter<long> _reroutes;
    private readonly Counter<long> _copies;
    private readonly Counter<long> _copiesDropped;
    private readonly Counter<long> _inbound;
    private readonly Counter<long> _incomplete;
    private readonly Counter<long> _deferred;
    private readonly Counter<long> _brokenHeaders;
    private readonly Histogram<double> _submitResponse;
    private readonly Histogram<double> _submitReceipt;

    /// <param name="totals">Counts the same for those who watch; null where nobody does.</param>
    public EngineMetrics(IMeterFactory meters, TrafficTotals? totals = null)
    {
        _totals = totals;
        Meter = meters.Create(MeterName);
        _accepted = Meter.CreateCounter<long>("crosspoint.messages.accepted", "{message}", "Messages on disk, by class");
        _refused = Meter.CreateCounter<long>("crosspoint.messages.refused", "{message}", "Requests refused at intake, by reason");
        _states = Meter.CreateCounter<long>("crosspoint.messages.states", "{message}", "Messages that entered a state, by state");
        _submits = Meter.CreateCounter<long>(
            "messaging.client.sent.messages", "{message}", "Segments answered by a connection, by outcome");
        _receipts = Meter.CreateCounter<long>("crosspoint.receipts", "{receipt}", "Receipts stored, by connection and state");
        _receiptMatches = Meter.CreateCounter<long>(
            "crosspoint.receipts.matched", "{receipt}", "Receipts by what was found: matched, parked, duplicate");
        _possibleDuplicates = Meter.CreateCounter<long>(
            "crosspoint.possible_duplicates", "{attempt}", "Attempts that send segments again after an unknown outcome");
        _reroutes = Meter.CreateCounter<long>(
            "crosspoint.reroutes", "{message}", "Messages sent another way after a negative receipt, by the connection that brought it and error");
        _copies = Meter.CreateCounter<long>(
            "crosspoint.copies", "{message}", "Copies for test connections that entered a state, by connection and state");
        _copiesDropped = Meter.CreateCounter<long>(
            "crosspoint.copies.dropped", "{message}", "Copies that were not made, by test connection and reason");
        _inbound = Meter.CreateCounter<long>("crosspoint.inbound", "{message}", "Inbound messages stored whole, by connection");
        _incomplete = Meter.CreateCounter<long>(
            "crosspoint.inbound.incomplete", "{message}", "Long inbound messages given up before they were whole, by connection and reason");
        _deferred = Meter.CreateCounter<long>(
            "crosspoint.inbound.deferred", "{pdu}", "Receipts and inbound messages that a connection was asked to send again");
        _brokenHeaders = Meter.CreateCounter<long>(
            "crosspoint.inbound.broken_headers", "{message}", "Inbound messages with a user data header that cannot be read, by connection");
        _submitResponse = Meter.CreateHistogram<double>("crosspoint.submit.response.duration", "s", "From submit_sm to its response");
        _submitReceipt = Meter.CreateHistogram<double>(
            "crosspoint.submit.receipt.duration", "s", "From the vendor's acceptance to the final receipt");
    }

    public Meter Meter { get; }

    public void Accepted(TrafficClass trafficClass)
    {
        _accepted.Add(1, new KeyValuePair<string, object?>("class", ClassNames[(int)trafficClass]));
        _totals?.Add(TrafficCount.Accepted);
    }

    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("error.type", reason));

    public void Reached(MessageState state)
    {
        _states.Add(1, new KeyValuePair<string, object?>("state", StateNames.Of(state)));
        _totals?.Reached(state);
    }

    public void Answered(string connection, string outcome, TimeSpan took)
    {
        var name = new KeyValuePair<string, object?>("messaging.destination.name", connection);
        if (outcome.Length == 0) _submits.Add(1, name);
        else _submits.Add(1, name, new KeyValuePair<string, object?>("error.type", outcome));
        if (took > TimeSpan.Zero) _submitResponse.Record(took.TotalSeconds, name);
    }

    public void Receipt(string connection, byte state, string found)
    {
        _receipts.Add(
            1, new("messaging.destination.name", connection), new KeyValuePair<string, object?>("state", StateNames.OfReceipt(state)));
        _receiptMatches.Add(1, new KeyValuePair<string, object?>("result", found));
    }

    public void ReceiptAfter(string connection, double seconds) =>
        _submitReceipt.Record(seconds, new KeyValuePair<string, object?>("messaging.destination.name", connection));

    public void PossibleDuplicate(string connection) =>
        _possibleDuplicates.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", connection));

    /// <param name="error">Public error code of the receipt.</param>
    public void Rerouted(string connection, int error) => _reroutes.Add(
        1, new("messaging.destination.name", connection), new KeyValuePair<string, object?>("error.type", error.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A copy entered a state: copies are not among the messages that <see cref="Reached"/> counts.</summary>
    public void CopyReached(string connection, MessageState state) => _copies.Add(
        1, new("messaging.destination.name", connection), new KeyValuePair<string, object?>("state", StateNames.Of(state)));

    /// <param name="reason">unavailable, full or overloaded.</param>
    public void CopyDropped(string connection, string reason) =>
        _copiesDropped.Add(1, new("messaging.destination.name", connection), new KeyValuePair<string, object?>("reason", reason));

    public void Inbound(string connection) => _inbound.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", connection));

    /// <param name="reason">overdue, too_many or unowned.</param>
    public void Incomplete(string connection, string reason) =>
        _incomplete.Add(1, new("messaging.destination.name", connection), new KeyValuePair<string, object?>("reason", reason));

    public void Deferred(string connection) => _deferred.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", connection));

    public void BrokenHeader(string connection) =>
        _brokenHeaders.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", connection));
}
