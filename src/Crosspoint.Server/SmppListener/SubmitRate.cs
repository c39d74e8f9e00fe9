namespace Crosspoint.Server.SmppListener;

/// <summary>
/// A cap on segments a second, shared by the sessions of one system_id: the generic cell rate algorithm (ITU-T I.371), lock-free. A tenth
/// of a second's worth may come at once.
/// </summary>
internal sealed class SubmitRate(double perSecond, TimeProvider time)
{
    private const double BurstSeconds = 0.1;

    private readonly long _step = perSecond <= 0 ? 0 : Math.Max(1, (long)(time.TimestampFrequency / perSecond));
    private readonly long _burst = (long)(time.TimestampFrequency * Math.Max(BurstSeconds, perSecond <= 0 ? 0 : 1 / perSecond));
    private long _next = time.GetTimestamp();

    /// <summary>Takes room for some segments, all or none.</summary>
    public bool TryTake(int segments)
    {
        if (_step == 0) return true;
        long now = time.GetTimestamp();
        while (true)
        {
            long next = Volatile.Read(ref _next);
            long from = Math.Max(next, now);

            // A message longer than the burst goes when nothing else did: it then holds up those behind it.
            if (from + (_step * segments) - now > Math.Max(_burst, _step * segments)) return false;
            if (Interlocked.CompareExchange(ref _next, from + (_step * segments), next) == next) return true;
        }
    }
}
