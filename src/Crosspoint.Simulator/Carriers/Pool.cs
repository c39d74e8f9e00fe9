namespace Crosspoint.Simulator.Carriers;

/// <summary>A bounded stack of used objects. Give and take may happen on different threads.</summary>
internal sealed class Pool<T>(int most)
    where T : class, new()
{
    private readonly Lock _gate = new();
    private T?[] _items = new T?[Math.Min(most, 64)];
    private int _count;

    public T Take()
    {
        lock (_gate)
        {
            if (_count > 0)
            {
                T item = _items[--_count]!;
                _items[_count] = null;
                return item;
            }
        }

        return new T();
    }

    public void Give(T item)
    {
        lock (_gate)
        {
            if (_count == most) return;
            if (_count == _items.Length) Array.Resize(ref _items, Math.Min(_items.Length * 2, most));
            _items[_count++] = item;
        }
    }
}
