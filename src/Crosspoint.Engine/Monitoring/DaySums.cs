using System.Collections.Concurrent;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Monitoring;

/// <summary>What was added up by name in the present day (UTC), since the start of the process at most. Thread-safe; allocates for new names alone.</summary>
public sealed class DaySums(TimeProvider time)
{
    private const long Day = 86_400 * Micros.PerSecond;

    private readonly ConcurrentDictionary<string, Sum> _sums = new(StringComparer.Ordinal);

    public void Add(string name, long amount) => _sums.GetOrAdd(name, static _ => new()).Add(amount, Today);

    /// <summary>Those that are not zero.</summary>
    public IEnumerable<(string Name, long Sum)> Now
    {
        get
        {
            long today = Today;
            foreach ((string name, Sum sum) in _sums)
            {
                if (sum.Of(today) is not 0 and var amount) yield return (name, amount);
            }
        }
    }

    private long Today => time.GetUtcMicros() / Day;

    private sealed class Sum
    {
        private readonly Lock _gate = new();
        private long _day;
        private long _amount;

        public void Add(long amount, long day)
        {
            lock (_gate)
            {
                // A clock that was set back goes on with the day that it left.
                if (day > _day) (_day, _amount) = (day, 0);
                _amount += amount;
            }
        }

        public long Of(long day)
        {
            lock (_gate) return day > _day ? 0 : _amount;
        }
    }
}
