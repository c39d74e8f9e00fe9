using System.CommandLine;
using System.Net.Security;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Cli.Smpp;

/// <summary><c>crosspoint smpp console</c>: a bind as an ESME, driven by a person or a script.</summary>
internal static class SmppConsoleCommand
{
    private const string PasswordVariable = "CROSSPOINT_SMPP_PASSWORD";

    public static Command Create(TimeProvider time)
    {
        var host = new Option<string>("--host") { Description = "Host of the message centre", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "TCP port", DefaultValueFactory = _ => 2775 };
        var systemId = new Option<string>("--system-id") { Description = "system_id, at most 15 characters", Required = true };
        var password = new Option<string?>("--password")
        {
            Description = $"password, at most 8 characters; best given as {PasswordVariable}, which does not stand in the list of processes",
        };
        var systemType = new Option<string>("--system-type") { Description = "system_type, at most 12 characters", DefaultValueFactory = _ => "" };
        var bind = new Option<string>("--bind") { Description = "The bind", DefaultValueFactory = _ => "transceiver" };
        bind.AcceptOnlyFromAmong("transceiver", "transmitter", "receiver");
        var tls = new Option<bool>("--tls") { Description = "TLS, with a certificate that the system trusts for the host" };
        var version = new Option<string>("--version") { Description = "The version of SMPP to offer", DefaultValueFactory = _ => "3.4" };
        version.AcceptOnlyFromAmong("3.4", "5.0");
        var command = new Command(
            "console",
            "Bind as an ESME: submit, query, cancel, replace, send any PDU, and watch all PDUs; commands come from standard input (type help)")
        {
            host, port, systemId, password, systemType, bind, tls, version,
        };
        command.SetAction((result, cancellationToken) =>
        {
            var wire = new ConsoleWire(Console.Out, time);
            var options = new SmppClientOptions
            {
                Host = result.GetRequiredValue(host),
                Port = result.GetValue(port),
                SystemId = result.GetRequiredValue(systemId),
                Password = result.GetValue(password) ?? Environment.GetEnvironmentVariable(PasswordVariable) ?? "",
                SystemType = result.GetRequiredValue(systemType),
                BindType = Enum.Parse<SmppBindType>(result.GetRequiredValue(bind), ignoreCase: true),
                InterfaceVersion = result.GetRequiredValue(version) == "5.0" ? (byte)0x50 : (byte)0x34,
                Tls = result.GetValue(tls) ? new SslClientAuthenticationOptions() : null,

                // The console does not come back by itself: the first wait is longer than any session of it.
                ReconnectFirst = TimeSpan.FromDays(1),
                ReconnectMost = TimeSpan.FromDays(1),
                WrapStream = wire.Wrap,
            };
            return RunAsync(options, wire, time, cancellationToken);
        });
        return new Command("smpp", "Tools for SMPP") { command };
    }

    private static async Task<int> RunAsync(SmppClientOptions options, ConsoleWire wire, TimeProvider time,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var console = new SmppConsole(options, wire, time, isInteractive: !Console.IsInputRedirected);
            return await console.RunAsync(Console.In, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync($"smpp console: {e.Message}").ConfigureAwait(false);
            return ExitCodes.BadConfiguration;
        }
    }
}
