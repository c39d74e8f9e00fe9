using System.Globalization;
using System.Net;

namespace Crosspoint.Cli.Bench.Faults;

/// <summary>The gateway of a run. A fault changes it before the gateway is started.</summary>
internal sealed record FaultConfig
{
    public const string AccountSid = "AC00000000000000000000000000000000";
    public const string Token = "benchmark-token-of-some-length";
    public const int Sessions = 2;
    public const int Window = 10;

    /// <summary>Directory of the journal.</summary>
    public required string Data { get; init; }

    public IPEndPoint Http { get; init; } = new(IPAddress.Loopback, 0);

    public IPEndPoint Smpp { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The carrier, as the gateway sees it.</summary>
    public IPEndPoint Carrier { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The webhook receiver, as the gateway sees it.</summary>
    public IPEndPoint Hooks { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Silence of the carrier before it is asked; as long again for its answer.</summary>
    public TimeSpan EnquireLink { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Keys of <c>journal</c>, in flow style.</summary>
    public string Journal { get; init; } = "reserve: 4MiB";

    /// <summary>
    /// Tries of webhooks: soon after short trouble, and long enough for a receiver that is away for minutes.
    /// Tries to connect: few enough that two sessions keep to 20 binds a minute.
    /// </summary>
    public string ToYaml() => string.Create(CultureInfo.InvariantCulture, $$"""
        data: {{Data}}
        http: { listen: "{{Http}}" }
        smpp: { listen: "{{Smpp}}" }
        accounts:
          - sid: {{AccountSid}}
            name: faults
            auth_token: {{Token}}
            smpp: [ { system_id: {{Accounting.SmppCustomer.SystemId}}, password: {{Accounting.SmppCustomer.Password}}, max_binds: {{2 * Accounting.SmppCustomer.Binds}}, in_flight_window: 100 } ]
        vendors:
          - name: carrier
            connections:
              - name: carrier-1
                smpp: { host: {{Carrier.Address}}, port: {{Carrier.Port}}, system_id: faults, password: faults, sessions: {{Sessions}}, in_flight_window: {{Window}},
                    response_timeout: 10s, connect_timeout: 2s, bind_timeout: 2s, reconnect: { first: 200ms, most: 8s },
                    enquire_link: {{EnquireLink.TotalMilliseconds}}ms, enquire_link_timeout: {{EnquireLink.TotalMilliseconds}}ms }
        routing: { default: [ carrier-1 ] }
        webhooks:
          allow_private_addresses: true
          connect_timeout: 1s
          timeout: 2s
          states: [ sent, delivered, undelivered, failed, canceled, expired, unconfirmed ]
          retries: [ 300ms, 500ms, 1s, 1s, 2s, 2s, {{string.Join(", ", Enumerable.Repeat("5s", 44))}} ]
        journal: { {{Journal}} }
        log: { level: warning }
        """);
}
