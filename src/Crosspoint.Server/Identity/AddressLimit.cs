using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Server.Identity;

/// <summary>How often one address may try to sign in within a minute. An IPv6 address counts with its /64, which is what one customer of a provider has.</summary>
internal sealed class AddressLimit(int perMinute, TimeProvider time)
{
    private const int MostAddresses = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (long StartedAt, int Count)> _seen = [];

    /// <returns>Zero when it may; else after how long.</returns>
    public TimeSpan TryTake(IPAddress address)
    {
        IPAddress key = KeyOf(address);
        long now = time.GetTimestamp();
        lock (_gate)
        {
            if (_seen.Count >= MostAddresses && !_seen.ContainsKey(key)) MakeRoom(now);
            (long startedAt, int count) = _seen.GetValueOrDefault(key, (now, 0));
            TimeSpan passed = time.GetElapsedTime(startedAt, now);
            if (passed >= TimeSpan.FromMinutes(1)) (startedAt, count, passed) = (now, 0, TimeSpan.Zero);
            if (count >= perMinute) return TimeSpan.FromMinutes(1) - passed;
            _seen[key] = (startedAt, count + 1);
            return TimeSpan.Zero;
        }
    }

    // When all of them are of this minute they all begin anew: that is less harm than to refuse everyone.
    private void MakeRoom(long now)
    {
        foreach ((IPAddress address, (long startedAt, _)) in _seen)
        {
            if (time.GetElapsedTime(startedAt, now) >= TimeSpan.FromMinutes(1)) _seen.Remove(address);
        }

        if (_seen.Count >= MostAddresses) _seen.Clear();
    }

    private static IPAddress KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new(bytes);
    }
}
