using System.Text;

namespace Crosspoint.Simulator.Carriers;

/// <summary>One system_id at a carrier: its binds, and what waits for them.</summary>
internal sealed class Customer(SimulatedCarrier carrier, string systemId, string? password)
{
    private readonly Lock _gate = new();
    private readonly DeliveryQueue _queue = new();
    private readonly List<CarrierConnection> _receivers = [];
    private int _binds;
    private int _turn;

    public string SystemId { get; } = systemId;

    public byte[]? Password { get; } = password is null ? null : Encoding.ASCII.GetBytes(password);

    public int Pending
    {
        get
        {
            lock (_gate) return _queue.Count;
        }
    }

    public bool HasReceiver
    {
        get
        {
            lock (_gate) return _receivers.Count > 0;
        }
    }

    /// <summary>Counts a bind; false when the customer has as many as it may have.</summary>
    public bool TryEnter(int most)
    {
        lock (_gate)
        {
            if (most > 0 && _binds >= most) return false;
            _binds++;
            return true;
        }
    }

    public void AddReceiver(CarrierConnection connection)
    {
        lock (_gate) _receivers.Add(connection);
        Pump();
    }

    public void Leave(CarrierConnection connection)
    {
        lock (_gate)
        {
            _binds--;
            _receivers.Remove(connection);
        }

        Pump();
    }

    /// <summary>The time of a delivery has come; one of a submission that is no more is forgotten.</summary>
    public void OnDue(Delivery delivery)
    {
        if (delivery.Attempts == 0 && carrier.IsWithdrawn(delivery.Ticket)) carrier.Recycle(delivery);
        else Enqueue(delivery, isFirst: false);
    }

    /// <summary>Queues a delivery and sends what can be sent. False, and counted, when the queue is full.</summary>
    public bool Enqueue(Delivery delivery, bool isFirst)
    {
        lock (_gate)
        {
            // What was sent once and came back is never dropped for want of room.
            if (_queue.Count >= carrier.Options.PendingKept && delivery.Attempts == 0)
            {
                carrier.Drop(delivery);
                return false;
            }

            if (isFirst) _queue.AddFirst(delivery);
            else _queue.AddLast(delivery);
        }

        Pump();
        return true;
    }

    /// <summary>Sends from the queue while a bind has room in its in-flight window.</summary>
    public void Pump()
    {
        lock (_gate)
        {
            if (carrier.Behaviour.Stall) return;
            int window = carrier.Behaviour.Window;
            while (_queue.Count > 0 && _receivers.Count > 0)
            {
                Delivery next = _queue.First;
                if (Choose(next, window) is not { } connection) return;
                _queue.RemoveFirst();
                // A connection that closed meanwhile leaves the list by itself, soon; until then the next one is tried.
                if (!connection.TryDeliver(next)) _queue.AddFirst(next);
            }
        }
    }

    private CarrierConnection? Choose(Delivery delivery, int window)
    {
        CarrierConnection? origin = null;
        for (var i = 0; i < _receivers.Count; i++)
        {
            CarrierConnection candidate = _receivers[(_turn + i) % _receivers.Count];
            if (candidate.IsClosed || candidate.InFlight >= window) continue;
            if (candidate == delivery.Origin)
            {
                if (!delivery.ShunsOrigin) return candidate;
                origin = candidate;
                continue;
            }

            if (delivery.Origin is not null && !delivery.ShunsOrigin && IsOpen(delivery.Origin, window)) return delivery.Origin;
            _turn = (_turn + i + 1) % _receivers.Count;
            return candidate;
        }

        // Shunned, but the only bind that receives. While another has merely no room, the receipt waits for it.
        return origin is not null && _receivers.Count == 1 ? origin : null;
    }

    private bool IsOpen(CarrierConnection connection, int window) =>
        !connection.IsClosed && connection.InFlight < window && _receivers.Contains(connection);
}
