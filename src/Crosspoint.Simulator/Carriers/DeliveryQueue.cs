namespace Crosspoint.Simulator.Carriers;

/// <summary>A ring that takes at both ends. Not thread-safe.</summary>
internal sealed class DeliveryQueue
{
    private Delivery?[] _ring = new Delivery?[16];
    private int _head;

    public int Count { get; private set; }

    public Delivery First => _ring[_head]!;

    public void AddLast(Delivery item)
    {
        Grow();
        _ring[(_head + Count++) & (_ring.Length - 1)] = item;
    }

    public void AddFirst(Delivery item)
    {
        Grow();
        _head = (_head - 1) & (_ring.Length - 1);
        _ring[_head] = item;
        Count++;
    }

    public void RemoveFirst()
    {
        _ring[_head] = null;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
    }

    private void Grow()
    {
        if (Count < _ring.Length) return;
        var larger = new Delivery?[_ring.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        _ring = larger;
        _head = 0;
    }
}
