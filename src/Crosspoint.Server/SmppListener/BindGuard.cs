using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Server.SmppListener;

/// <summary>What a bind attempt has to wait for, or that it is not looked at.</summary>
/// <param name="Delay">How long the answer is held back.</param>
/// <param name="IsLocked">The credentials are not looked at.</param>
internal readonly record struct BindVerdict(TimeSpan Delay, bool IsLocked);

/// <summary>
/// Slows down and locks out those who guess passwords: SMPP's have eight characters at most. Counted for each pair of address and
/// system_id and, as guessers change the system_id, for each address. Bounded: when it is full, the pairs that were quiet longest go.
/// </summary>
/// <remarks>
/// 5 failures within a minute: each further answer waits 1 s, doubling to 30 s. 20 failures without a success between: locked for 5
/// minutes, in which right credentials are refused too. A success forgets the pair. An address is allowed four times as many, since
/// several customers may share it; of IPv6 the first 64 bits count.
/// </remarks>
internal sealed class BindGuard(TimeProvider time)
{
    internal const int FreeFailures = 5;
    internal const int FailuresToLock = 20;
    internal static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(5);
    private const int AddressFactor = 4;

    // No system_id holds a null.
    private const string WholeAddress = "\0";
    private const int MostRecords = 20_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostDelay = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<(IPAddress Address, string SystemId), Record> _records = [];
    private readonly LinkedList<(IPAddress Address, string SystemId)> _order = new();

    /// <summary>Pairs and addresses remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _records.Count;
        }
    }

    /// <summary>Before the credentials are looked at.</summary>
    public BindVerdict Before(IPAddress address, string systemId)
    {
        lock (_gate)
        {
            address = NetworkOf(address);
            BindVerdict pair = VerdictOf((address, systemId), 1);
            BindVerdict whole = VerdictOf((address, WholeAddress), AddressFactor);
            return new(pair.Delay > whole.Delay ? pair.Delay : whole.Delay, pair.IsLocked || whole.IsLocked);
        }
    }

    /// <summary>The credentials were wrong.</summary>
    /// <returns>True when this failure locks the pair or the address out.</returns>
    public bool Failed(IPAddress address, string systemId)
    {
        lock (_gate)
        {
            address = NetworkOf(address);
            bool locksPair = Note((address, systemId), 1);
            return Note((address, WholeAddress), AddressFactor) || locksPair;
        }
    }

    /// <summary>The credentials were right.</summary>
    public void Succeeded(IPAddress address, string systemId)
    {
        lock (_gate) Forget((NetworkOf(address), systemId));
    }

    // Whoever has an IPv6 address has 2^64 of them.
    private static IPAddress NetworkOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out _);
        octets[8..].Clear();
        return new IPAddress(octets);
    }

    private BindVerdict VerdictOf((IPAddress, string) key, int factor)
    {
        if (!_records.TryGetValue(key, out Record? record)) return default;
        TimeSpan since = time.GetElapsedTime(record.LastAt);
        bool isLocked = record.Failures >= FailuresToLock * factor && since < LockedFor;
        if (isLocked) return new(TimeSpan.FromSeconds(1), true);
        if (since >= LockedFor)
        {
            Forget(key);
            return default;
        }

        int over = record.Failures - (FreeFailures * factor);
        if (over < 0) return default;
        double seconds = Math.Min(MostDelay.TotalSeconds, Math.Pow(2, Math.Min(over, 10)));
        return new(TimeSpan.FromSeconds(seconds), false);
    }

    private bool Note((IPAddress, string) key, int factor)
    {
        if (!_records.TryGetValue(key, out Record? record))
        {
            if (_records.Count >= MostRecords) Forget(_order.First!.Value);
            record = new Record(_order.AddLast(key));
            _records.Add(key, record);
        }
        else
        {
            _order.Remove(record.Node);
            _order.AddLast(record.Node);

            // A few wrong ones, long ago, are not held against anybody.
            bool isForgotten = record.Failures < FreeFailures * factor && time.GetElapsedTime(record.LastAt) >= Window;
            if (isForgotten) record.Failures = 0;
        }

        record.LastAt = time.GetTimestamp();
        return ++record.Failures == FailuresToLock * factor;
    }

    private void Forget((IPAddress, string) key)
    {
        if (_records.Remove(key, out Record? record)) _order.Remove(record.Node);
    }

    private sealed class Record(LinkedListNode<(IPAddress, string)> node)
    {
        public LinkedListNode<(IPAddress, string)> Node => node;

        public int Failures { get; set; }

        public long LastAt { get; set; }
    }
}
