using System.Globalization;
using System.Net;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>
/// A network namespace for the gateway, with two links to this one: the first for its customers and receivers, the second for its carrier.
/// Each end of a link has an address of its own.
/// </summary>
internal sealed class Namespaces : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly string _name;
    private readonly string _carrierLink;

    private Namespaces(string name, int number, TimeProvider time)
    {
        (_name, _time) = (name, time);
        _carrierLink = name + "c";
        ToolsAddress = Address(2 * number, 1);
        GatewayAddress = Address(2 * number, 2);
        CarrierAddress = Address((2 * number) + 1, 1);
    }

    /// <summary>Here, on the first link.</summary>
    public IPAddress ToolsAddress { get; }

    /// <summary>The gateway, on the first link.</summary>
    public IPAddress GatewayAddress { get; }

    /// <summary>Here, on the second link.</summary>
    public IPAddress CarrierAddress { get; }

    /// <summary>What runs a program in the namespace.</summary>
    public IReadOnlyList<string> Through => ["ip", "netns", "exec", _name];

    /// <returns>The namespace; or why there is none on this machine.</returns>
    public static async Task<(Namespaces? Namespaces, string? WhyNot)> CreateAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux()) return (null, "needs Linux: network namespaces");
        if (await Tool.NeedAsync(time, "ip", "-V", ["iproute2"], cancellationToken).ConfigureAwait(false) is { } missing) return (null, missing);
        // Two runs at once have different processes, and so, but for one in 120, different addresses: the second is then left out.
        int number = Environment.ProcessId % 120;
        string name = string.Create(CultureInfo.InvariantCulture, $"cp{Environment.ProcessId}");
        (int code, string text) = await Tool.RunAsync(time, "ip", ["netns", "add", name], cancellationToken).ConfigureAwait(false);
        if (code != 0) return (null, $"network namespaces are not permitted here: {text}");
        var created = new Namespaces(name, number, time);
        string? fault = await created.LinkAsync(name + "t", 2 * number, cancellationToken).ConfigureAwait(false)
            ?? await created.LinkAsync(created._carrierLink, (2 * number) + 1, cancellationToken).ConfigureAwait(false)
            ?? await created.IpAsync(["-n", name, "link", "set", "lo", "up"], cancellationToken).ConfigureAwait(false);
        if (fault is null) return (created, null);
        await created.DisposeAsync().ConfigureAwait(false);
        return (null, $"links between network namespaces are not permitted here: {fault}");
    }

    /// <summary>Takes the carrier's link down or up. What is sent while it is down is gone, and nobody is told.</summary>
    /// <exception cref="FaultFailedException">The link does not obey.</exception>
    public async Task SetCarrierLinkAsync(bool isUp, CancellationToken cancellationToken)
    {
        if (await IpAsync(["link", "set", _carrierLink, isUp ? "up" : "down"], cancellationToken).ConfigureAwait(false) is { } fault)
            throw new FaultFailedException($"the link cannot be changed: {fault}");
    }

    /// <summary>The namespace goes, and its links with it.</summary>
    public async ValueTask DisposeAsync() => await IpAsync(["netns", "del", _name], CancellationToken.None).ConfigureAwait(false);

    private static IPAddress Address(int network, int host) => new([10, 213, (byte)network, (byte)host]);

    private async Task<string?> LinkAsync(string link, int network, CancellationToken cancellationToken)
    {
        string inner = link + "i";
        return await IpAsync(["link", "add", link, "type", "veth", "peer", "name", inner, "netns", _name], cancellationToken).ConfigureAwait(false)
            ?? await IpAsync(["addr", "add", $"{Address(network, 1)}/30", "dev", link], cancellationToken).ConfigureAwait(false)
            ?? await IpAsync(["link", "set", link, "up"], cancellationToken).ConfigureAwait(false)
            ?? await IpAsync(["-n", _name, "addr", "add", $"{Address(network, 2)}/30", "dev", inner], cancellationToken).ConfigureAwait(false)
            ?? await IpAsync(["-n", _name, "link", "set", inner, "up"], cancellationToken).ConfigureAwait(false);
    }

    /// <returns>Null when it was done; otherwise why not.</returns>
    private async Task<string?> IpAsync(string[] arguments, CancellationToken cancellationToken)
    {
        (int code, string text) = await Tool.RunAsync(_time, "ip", arguments, cancellationToken).ConfigureAwait(false);
        return code == 0 ? null : text;
    }
}
