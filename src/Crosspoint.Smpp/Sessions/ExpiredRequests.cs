using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// Requests whose response time has passed, kept so that a late response still finds its request. Bounded in number and age.
/// </summary>
internal sealed class ExpiredRequests
{
    // Ten minutes: carriers under load have answered minutes late. 10 000 of them are 1 MB, the most a session may hold.
    private const int MaxRequests = 10_000;
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private readonly Dictionary<uint, OutstandingRequest> _requests = [];
    private readonly Queue<(uint SequenceNumber, long At)> _order = new();

    public int Count => _requests.Count;

    public void Add(in OutstandingRequest request, long now)
    {
        if (_order.Count >= MaxRequests) DropOldest();
        _requests[request.SequenceNumber] = request;
        _order.Enqueue((request.SequenceNumber, now));
    }

    public bool Contains(uint sequenceNumber) => _requests.ContainsKey(sequenceNumber);

    public bool TryTake(uint sequenceNumber, CommandId response, out OutstandingRequest request)
    {
        if (!_requests.TryGetValue(sequenceNumber, out request)) return false;
        if (response != CommandId.GenericNack && request.CommandId.ToResponse() != response) return false;
        _requests.Remove(sequenceNumber);
        return true;
    }

    public void DropOld(TimeProvider time, long now)
    {
        while (_order.TryPeek(out (uint SequenceNumber, long At) oldest) && time.GetElapsedTime(oldest.At, now) > Retention) DropOldest();
    }

    private void DropOldest() => _requests.Remove(_order.Dequeue().SequenceNumber);
}
