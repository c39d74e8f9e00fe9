using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>decode-pdu and smpp console as a user runs them, against a gateway and against a carrier.</summary>
public sealed partial class SmppToolsTests : IDisposable
{
    // submit_sm in GSM 7-bit with a euro sign, a dump as xxd prints it.
    private const string Submit = """
        00000000: 0000 0037 0000 0004 0000 0000 0000 0001  ...7............
        00000010: 0005 0041 636d 6500 0101 3330 3639 3030  ...Acme...306900
        00000020: 3030 3030 3031 0000 0000 0000 0100 0000  000001..........
        00000030: 0632 301b 6500 21                        .20.e.!
        """;

    private const string Bind = "00000021 00000009 00000000 00000001 73686F70 00 73656372657400 00 34 00 00 00";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task DecodePdu_DumpOnStandardInput_IsExplained()
    {
        await using ChildProcess decode = ChildProcess.StartCrosspoint("decode-pdu", "-");
        await decode.Input.WriteAsync(Submit);
        decode.Input.Close();

        (await decode.WaitForExitAsync()).ShouldBe(0, decode.Transcript);
        decode.Output[0].ShouldBe("submit_sm, 55 octets at 0000: sound");
        decode.Output.ShouldContain(line => line.EndsWith("\"20€@!\"", StringComparison.Ordinal), decode.Transcript);
        decode.Output.ShouldContain(line => line.Contains("3.4 §5.2.12", StringComparison.Ordinal) && line.Contains("esm_class", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task DecodePdu_BrokenPdu_EndsWith1AndMarksTheFault()
    {
        await using ChildProcess decode = await RunAsync("decode-pdu", "00000010", "00000077", "00000000", "00000001");

        (await decode.WaitForExitAsync()).ShouldBe(1, decode.Transcript);
        decode.Output.ShouldContain("        !! the standard names no such operation");
    }

    [Fact(Timeout = 60_000)]
    public async Task DecodePdu_Password_IsShownOnlyWhenAskedFor()
    {
        await using ChildProcess hidden = await RunAsync("decode-pdu", Bind);
        await using ChildProcess shown = await RunAsync("decode-pdu", Bind, "--show-password");

        (await hidden.WaitForExitAsync()).ShouldBe(0, hidden.Transcript);
        hidden.Transcript.ShouldNotContain("secret");
        hidden.Output.ShouldContain(line => line.EndsWith("********", StringComparison.Ordinal));
        shown.Output.ShouldContain(line => line.EndsWith("\"secret\"", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task Console_AgainstTheGateway_SubmitsAsksAndGetsReceipts()
    {
        await using Rig rig = await Rig.StartAsync(["north"], WithCustomers);

        await using ChildProcess console = await ConsoleAsync(
            rig,
            """
            enquire
            submit --registered 1 Shop +306900000001 Hello from the console
            wait receipts 1
            query last Shop
            submit Shop +306900000002 "Καλημέρα"
            submit --validity 3h --schedule 2h Shop +306900000003 Later
            cancel last Shop +306900000003
            query no-such-id
            stats
            quit
            """);

        (await console.WaitForExitAsync()).ShouldBe(0, console.Transcript);
        string all = string.Join('\n', console.Output);
        all.ShouldMatch(@"> bind_transceiver seq=1 system_id=""demo""");
        all.ShouldMatch(@"< bind_transceiver_resp seq=1 ESME_ROK");
        all.ShouldMatch(@"< enquire_link_resp seq=\d+ ESME_ROK");
        all.ShouldMatch(@"> submit_sm seq=2 .*text=""Hello from the console""");
        all.ShouldMatch(@"< submit_sm_resp seq=2 ESME_ROK message_id=");
        all.ShouldMatch(@"< deliver_sm .*receipt=message "".+"" DELIVERED");
        all.ShouldMatch(@"> deliver_sm_resp seq=\d+ ESME_ROK");
        all.ShouldMatch(@"# receipt: \S+ DELIVERED, err 000");
        all.ShouldMatch(@"< query_sm_resp seq=\d+ ESME_ROK .*message_state=2 \(0x02\) DELIVERED");
        all.ShouldMatch(@"> submit_sm .*data_coding=8 \(0x08\) UCS-2 .*text=""Καλημέρα""");
        all.ShouldMatch(@"< cancel_sm_resp seq=\d+ ESME_ROK");
        all.ShouldMatch(@"< query_sm_resp seq=\d+ ESME_RQUERYFAIL");
        all.ShouldMatch(@"sent: .*submit_sm 3");
        all.ShouldMatch(@"receipts: .*DELIVERED \d");
        all.ShouldMatch(@"> unbind seq=\d+");
        all.ShouldMatch(@"< unbind_resp seq=\d+ ESME_ROK");
        all.ShouldNotContain("secret");
        console.Output.Where(line => Numbered().IsMatch(line)).ShouldNotBeEmpty();
    }

    [Theory(Timeout = 120_000)]
    [InlineData("udh", "udh_element=0 (0x00) part 2 of 2, reference 1")]
    [InlineData("sar", "sar_segment_seqnum=2 (0x02)")]
    [InlineData("payload", "text=\"long ")]
    public async Task Console_LongText_IsCutAndArrivesWhole(string method, string shown)
    {
        await using Rig rig = await Rig.StartAsync(["north"], WithCustomers);
        string text = string.Join(' ', Enumerable.Repeat("long", 50));

        await using ChildProcess console = await ConsoleAsync(rig, $"submit --long {method} Shop +306900000001 {text}\nwait receipts 1\nquit\n");

        (await console.WaitForExitAsync()).ShouldBe(0, console.Transcript);
        console.Output.ShouldContain(line => line.Contains("> submit_sm", StringComparison.Ordinal) && line.Contains(shown, StringComparison.Ordinal), console.Transcript);
        console.Output.ShouldContain(line => line.Contains("# receipt: ", StringComparison.Ordinal) && line.Contains("DELIVERED", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task Console_RawOctetsThatAreNoPdu_EndTheSession_ExitsWith1()
    {
        await using Rig rig = await Rig.StartAsync(["north"], WithCustomers);

        await using ChildProcess console = await ConsoleAsync(rig, "raw 00000010 00000077 00000000 00000009\nwait 0.5\nraw 00000004 00000004\nwait 30\n");

        (await console.WaitForExitAsync()).ShouldBe(1, console.Transcript);
        console.Output.ShouldContain(line => line.Contains("< generic_nack seq=9 ESME_RINVCMDID", StringComparison.Ordinal), console.Transcript);
        console.Output.ShouldContain(line => line.Contains("< generic_nack", StringComparison.Ordinal) && line.Contains("ESME_RINVCMDLEN", StringComparison.Ordinal));
        console.Output[^1].ShouldContain("# the session ended: ");
    }

    [Fact(Timeout = 120_000)]
    public async Task Console_WrongPassword_SaysSoAndExitsWith1()
    {
        await using Rig rig = await Rig.StartAsync(["north"], WithCustomers);

        await using ChildProcess console = await ConsoleAsync(rig, "quit\n", "wrong");

        (await console.WaitForExitAsync()).ShouldBe(1, console.Transcript);
        console.Output[^1].ShouldEndWith("# not bound: the bind was refused: ESME_RINVPASWD");
    }

    [Fact(Timeout = 60_000)]
    public async Task Console_NobodyListens_SaysSoAndExitsWith1()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        await using ChildProcess console = await StartConsoleAsync(port, "quit\n");

        (await console.WaitForExitAsync()).ShouldBe(1, console.Transcript);
        console.Output.ShouldHaveSingleItem().ShouldContain("# not bound: cannot connect: ");
    }

    [Fact(Timeout = 60_000)]
    public async Task Console_AgainstACarrier_EndOfInputUnbinds()
    {
        await using SimulatorProcess carriers = await SimulatorProcess.StartAsync(_folder, ["north"]);

        await using ChildProcess console = await StartConsoleAsync(
            carriers.Ports["north"], "submit +15550001000 +306900000001 Hello\nwait receipts 1\nfrobnicate\nsubmit a\n");

        (await console.WaitForExitAsync()).ShouldBe(0, console.Transcript);
        console.Output.ShouldContain(line => line.Contains("# receipt: ", StringComparison.Ordinal), console.Transcript);
        console.Output.ShouldContain("? 'frobnicate' is no command; help shows them");
        console.Output.ShouldContain(line => line.StartsWith("? submit [--dcs N]", StringComparison.Ordinal));
        console.Output.ShouldContain(line => line.Contains("> unbind", StringComparison.Ordinal));
    }

    private static GatewayConfig WithCustomers(GatewayConfig config) => config with
    {
        Customers = "{ system_id: demo, password: secret }",
        More = "smpp: { listen: \"127.0.0.1:0\" }",
    };

    private static Task<ChildProcess> ConsoleAsync(Rig rig, string script, string password = "secret") =>
        StartConsoleAsync(int.Parse(rig.Gateway.ReadyLine.Split(':')[^1], CultureInfo.InvariantCulture), script, password);

    private static async Task<ChildProcess> StartConsoleAsync(int port, string script, string password = "secret")
    {
        ChildProcess console = ChildProcess.Start(
            Executables.Crosspoint,
            ["smpp", "console", "--port", port.ToString(CultureInfo.InvariantCulture), "--system-id", "demo"],
            new Dictionary<string, string> { ["CROSSPOINT_SMPP_PASSWORD"] = password });
        try
        {
            await console.Input.WriteAsync(script);
            console.Input.Close();
        }
        catch (IOException)
        {
            // It ended before it read its commands.
        }

        return console;
    }

    private static Task<ChildProcess> RunAsync(params IEnumerable<string> arguments) =>
        ChildProcess.RunAsync(Executables.Crosspoint, arguments);

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d\d\d [<>#] ")]
    private static partial Regex Numbered();
}
