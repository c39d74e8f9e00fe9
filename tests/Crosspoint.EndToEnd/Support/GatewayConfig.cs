using System.Globalization;
using System.Text;

namespace Crosspoint.EndToEnd.Support;

/// <summary>The configuration of a gateway under test.</summary>
internal sealed record GatewayConfig
{
    public const string AccountSid = "AC00000000000000000000000000000001";
    public const string AuthToken = "0123456789abcdef0123456789abcdef";
    public const string KeySid = "SK00000000000000000000000000000001";
    public const string KeySecret = "abcdefabcdefabcdef";
    public const string Number = "+15550001000";

    public string Data { get; init; } = "./data";

    public int Port { get; init; }

    /// <summary>Connections in order of preference: a name each, with the carrier's port.</summary>
    public required IReadOnlyList<(string Name, int Port)> Connections { get; init; }

    /// <summary>More keys of every connection's <c>smpp</c>, in flow style with a comma before.</summary>
    public Func<string, string> Smpp { get; init; } = static _ => "";

    public string? InboundUrl { get; init; }

    /// <summary>More keys of <c>webhooks</c>, in flow style with a comma before.</summary>
    public string Webhooks { get; init; } = "";

    /// <summary>Credentials with which the account's SMPP clients bind, in flow style; null for none.</summary>
    public string? Customers { get; init; }

    /// <summary>More keys of <c>http</c>, in flow style, each behind a comma.</summary>
    public string Http { get; init; } = "";

    /// <summary>More lines at the top level.</summary>
    public string More { get; init; } = "";

    public string ToYaml()
    {
        string inbound = InboundUrl is null ? "" : $", inbound_url: \"{InboundUrl}\"";
        string customers = Customers is null ? "" : $"smpp: [ {Customers} ]";
        var vendors = new StringBuilder();
        foreach ((string name, int port) in Connections)
        {
            vendors.Append(CultureInfo.InvariantCulture, $$"""
                  - name: {{name}}
                    connections:
                      - name: {{name}}-1
                        smpp: { host: 127.0.0.1, port: {{port}}, system_id: cp, password: cp, response_timeout: 2s,
                            reconnect: { first: 100ms, most: 500ms }{{Smpp(name)}} }

                """);
        }

        return string.Create(CultureInfo.InvariantCulture, $$"""
            data: {{Data}}
            http: { listen: "127.0.0.1:{{Port}}"{{Http}} }
            accounts:
              - sid: {{AccountSid}}
                name: test
                auth_token: {{AuthToken}}
                senders: any
                api_keys: [ { sid: {{KeySid}}, secret: {{KeySecret}} } ]
                numbers: [ { number: "{{Number}}"{{inbound}} } ]
                {{customers}}
            vendors:
            {{vendors}}
            routing: { default: [ {{string.Join(", ", Connections.Select(connection => connection.Name + "-1"))}} ] }
            webhooks: { allow_private_addresses: true{{Webhooks}} }
            {{More}}
            """);
    }
}
