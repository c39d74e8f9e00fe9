using System.Collections.Concurrent;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>Answers of services by number, for as long as they count. Bounded: the oldest go first. Thread-safe; a look-up allocates nothing.</summary>
internal sealed class LookupCache(int capacity, TimeProvider time)
{
    private readonly ConcurrentDictionary<ulong, Entry> _entries = new();
    private readonly Queue<(ulong Number, long Written)> _order = new();
    private readonly Lock _writing = new();
    private long _written;

    public int Count => _entries.Count;

    /// <param name="service">The service that answered; null when none knows the number.</param>
    public bool TryGet(E164 number, out LookupAnswer answer, out string? service)
    {
        bool isFound = _entries.TryGetValue(number.Digits, out Entry entry) && time.GetElapsedTime(entry.Since) < entry.Ttl;
        (answer, service) = isFound ? (entry.Answer, entry.Service) : default;
        return isFound;
    }

    public void Put(E164 number, LookupAnswer answer, string? service, TimeSpan ttl)
    {
        lock (_writing)
        {
            _entries[number.Digits] = new(answer, service, time.GetTimestamp(), ttl, ++_written);
            _order.Enqueue((number.Digits, _written));
            while (_order.Count > capacity)
            {
                (ulong oldest, long written) = _order.Dequeue();
                if (_entries.TryGetValue(oldest, out Entry entry) && entry.Written == written) _entries.TryRemove(oldest, out _);
            }
        }
    }

    private readonly record struct Entry(LookupAnswer Answer, string? Service, long Since, TimeSpan Ttl, long Written);
}
