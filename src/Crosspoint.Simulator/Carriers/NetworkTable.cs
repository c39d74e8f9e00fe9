using System.Text;
using Crosspoint.Simulator.Behaviours;

namespace Crosspoint.Simulator.Carriers;

/// <summary>A network in force: its behaviour, worked out, with its own limiter and counters.</summary>
internal sealed class NetworkInForce(NetworkBehaviour configured, CarrierBehaviour carrier, NetworkInForce? before, TimeProvider time)
{
    public string Name => configured.Name;

    public CarrierBehaviour Behaviour { get; } = configured.Over(carrier);

    public bool IsStalled => configured.Stall;

    /// <summary>Null where the network shares the carrier's limit.</summary>
    public RateLimiter? Limiter { get; } = configured.ThrottleRate is null ? null : before?.Limiter ?? new RateLimiter(time);

    public NetworkTallies Counts { get; } = before?.Counts ?? new NetworkTallies();
}

internal sealed class NetworkTallies
{
    public readonly Tally Submits = new();
    public readonly Tally Accepted = new();
    public readonly Tally Refused = new();
    public readonly Tally Unanswered = new();
    public readonly Tally Ignored = new();
    public readonly Tally Delivered = new();

    public void Reset()
    {
        foreach (Tally tally in (Tally[])[Submits, Accepted, Refused, Unanswered, Ignored, Delivered]) tally.Reset();
    }

    public NetworkCounters Snapshot() => new()
    {
        Submits = Submits.Value,
        Accepted = Accepted.Value,
        Refused = Refused.Value,
        Unanswered = Unanswered.Value,
        Ignored = Ignored.Value,
        Delivered = Delivered.Value,
    };
}

/// <summary>A carrier's behaviour with that of its networks, as it is in force. Swapped whole.</summary>
internal sealed class NetworkTable
{
    // Longest first: the first that fits is the one that counts.
    private readonly (byte[] Prefix, NetworkInForce Network)[] _prefixes;
    private readonly NetworkInForce[] _networks;

    public NetworkTable(CarrierBehaviour carrier, NetworkTable? before, TimeProvider time)
    {
        Carrier = carrier;
        _networks = [.. carrier.Networks.Select(network => new NetworkInForce(network, carrier, before?.Find(network.Name), time))];
        _prefixes =
        [
            .. carrier.Networks
                .SelectMany((network, i) => network.Prefixes.Select(prefix => (Prefix: Encoding.ASCII.GetBytes(prefix), Network: _networks[i])))
                .OrderByDescending(static entry => entry.Prefix.Length),
        ];
    }

    public CarrierBehaviour Carrier { get; }

    public IReadOnlyList<NetworkInForce> Networks => _networks;

    public NetworkInForce? Find(string name) => Array.Find(_networks, network => network.Name == name);

    /// <summary>The network of a recipient; null where none is configured for it.</summary>
    public NetworkInForce? Of(ReadOnlySpan<byte> digits)
    {
        if (_prefixes.Length == 0) return null;
        if (!digits.IsEmpty && digits[0] == (byte)'+') digits = digits[1..];
        foreach ((byte[] prefix, NetworkInForce network) in _prefixes)
        {
            if (digits.StartsWith(prefix)) return network;
        }

        return null;
    }
}
