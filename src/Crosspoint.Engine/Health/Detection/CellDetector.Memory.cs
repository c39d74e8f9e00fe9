namespace Crosspoint.Engine.Health.Detection;

// What is kept of a detector while its cell carries nothing, and given to the next one.
public sealed partial class CellDetector
{
    // What fewer answers have shown is not worth its room.
    private const double LeastToKeep = 100;

    /// <inheritdoc />
    public CellMemory? Memory => _now == 0 ? _given : _errors.Memory.All < LeastToKeep ? null : new CellMemory
    {
        At = _now,
        Watched = _now - _since,
        Errors = _errors.Memory,
        Timeouts = _timeouts.Memory,
        Delivery = _delivery.Memory,
        ReceiptsSent = _receiptsSent,
        ReceiptsCame = _receiptsCame,
        DelayCount = _delays.Total,
        Delays = _delays.Shares,
        ResponseP99 = InMicros(Usual.ResponseP99),
        IsResponseKnown = IsResponseKnown,
        Throttled = _usualThrottled,
        Statuses = _statuses.All,
    };

    private void Take(CellMemory memory)
    {
        _errors.Take(memory.Errors, OwnWeight);
        _timeouts.Take(memory.Timeouts, OwnWeight);
        _delivery.Take(memory.Delivery, OwnWeight);
        double sent = Math.Max(memory.ReceiptsSent, OwnWeight);
        (_receiptsSent, _receiptsCame) = (sent, sent * memory.ReceiptsCame / Math.Max(memory.ReceiptsSent, double.Epsilon));
        if (memory.DelayCount > 0) _delays.Fill(memory.Delays, Math.Max(memory.DelayCount, OwnWeight));
        _usualThrottled = memory.Throttled;
        _statuses.Take(memory.Statuses);
    }
}
