using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>The commands as a user types them: what they print and how they end.</summary>
public sealed class CliTests : IDisposable
{
    private const string Bad = """
        data: ./data
        http: { listen: "127.0.0.1:0" }
        accounts:
          - sid: AC1
            auth_tokn: 0123456789abcdef0123456789abcdef
        vendors:
          - name: north
            connections:
              - name: north-1
                smpp: { host: 127.0.0.1, port: 99999, system_id: cp, password: cp }
        routing: { default: [ norht-1 ] }
        """;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task Explain_ByAFile_TellsWhereAMessageWouldGo()
    {
        string file = _folder.Write("good.yaml", new GatewayConfig { Connections = [("north", 3775), ("south", 3776)] }.ToYaml());

        await using ChildProcess explain = await RunAsync("explain", "--to", "+4915112345678", "--from", "ACME", "--class", "otp", "--config", file);
        await using ChildProcess refused = await RunAsync("explain", "--to", "nobody", "--from", "ACME", "--config", file);

        (await explain.WaitForExitAsync()).ShouldBe(0, explain.Transcript);
        explain.Output[0].ShouldBe("The message goes to 'north-1' by the default list.");
        explain.Output.ShouldContain("  2. south-1: later in the plan.");
        (await refused.WaitForExitAsync()).ShouldBe(2, refused.Transcript);
        refused.Errors[0].ShouldContain("not a number in E.164 form");
    }

    [Fact(Timeout = 60_000)]
    public async Task ConfigCheck_GoodFile_SaysWhatIsInIt()
    {
        string file = _folder.Write("good.yaml", new GatewayConfig { Connections = [("north", 3775), ("south", 3776)] }.ToYaml());

        await using ChildProcess check = await RunAsync("config", "check", file);

        (await check.WaitForExitAsync()).ShouldBe(0, check.Transcript);
        check.Output.ShouldBe([$"{file}: ok (accounts: 1, connections: 2, routing rules: 0)"]);
        check.Errors.ShouldBeEmpty();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("config", "check")]
    [InlineData("serve", "--config")]
    public async Task BadFile_NamesFileLineAndKey_ExitsWith2(string command, string option)
    {
        string file = _folder.Write("bad.yaml", Bad);

        await using ChildProcess process = await RunAsync(command, option, file);

        (await process.WaitForExitAsync()).ShouldBe(2, process.Transcript);
        process.Output.ShouldBeEmpty();
        process.Errors.Count.ShouldBe(5, process.Transcript);
        process.Errors.ShouldContain(line => line.StartsWith($"{file}:4: accounts[0].sid: ", StringComparison.Ordinal));
        process.Errors.ShouldContain($"{file}:5: accounts[0].auth_tokn: is not a known key; did you mean 'auth_token'?");
        process.Errors
            .ShouldContain(line => line.StartsWith($"{file}:10: vendors[0].connections[0].smpp.port: ", StringComparison.Ordinal));
        process.Errors.ShouldContain($"{file}:11: routing.default[0]: is 'norht-1', which is no connection; did you mean 'north-1'?");
        Directory.Exists(Path.Combine(_folder.Path, "data")).ShouldBeFalse("nothing was started");
    }

    [Fact(Timeout = 60_000)]
    public async Task Serve_NoSuchFile_ExitsWith2()
    {
        await using ChildProcess serve = await RunAsync("serve", "--config", Path.Combine(_folder.Path, "none.yaml"));

        (await serve.WaitForExitAsync()).ShouldBe(2, serve.Transcript);
        serve.Errors.ShouldHaveSingleItem().ShouldEndWith("none.yaml: does not exist");
    }

    [Fact(Timeout = 60_000)]
    public async Task Serve_PortInUse_ExitsWith3()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        string file = _folder.Write("gateway.yaml", new GatewayConfig { Connections = [("north", 1)], Port = port }.ToYaml());

        await using ChildProcess serve = await RunAsync("serve", "--config", file);

        (await serve.WaitForExitAsync()).ShouldBe(3, serve.Transcript);
        serve.Output.ShouldBeEmpty();
        serve.Errors
            .ShouldContain(line => line.StartsWith($"http.listen: 127.0.0.1:{port} cannot be listened on: ", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Serve_DataInUse_ExitsWith3()
    {
        await using GatewayProcess first = await GatewayProcess.StartAsync(_folder, new GatewayConfig { Connections = [("north", 1)] });

        await using ChildProcess second = await RunAsync("serve", "--config", Path.Combine(_folder.Path, "gateway.yaml"));

        (await second.WaitForExitAsync()).ShouldBe(3, second.Transcript);
        second.Errors.ShouldContain(line => line.StartsWith("data: the journal in ", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Serve_Ready_PrintsOneLine()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(_folder, new GatewayConfig { Connections = [("north", 1)] });

        (await gateway.Http.GetAsync(new Uri("health/ready", UriKind.Relative), CancellationToken.None)).StatusCode
            .ShouldBe(HttpStatusCode.OK);
        int code = await gateway.Process.StopAsync();

        code.ShouldBe(0, gateway.Process.Transcript);
        gateway.Process.Output.ShouldHaveSingleItem().ShouldMatch(@"^ready http=127\.0\.0\.1:[1-9]\d* smpp=-$");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("--frobnicate")]
    [InlineData("frobnicate")]
    [InlineData("serve", "--config", "x.yaml", "--frobnicate")]
    [InlineData("serve")]
    [InlineData("demo", "--port", "70000")]
    [InlineData("demo", "--frobnicate")]
    [InlineData("simulate", "--frobnicate")]
    [InlineData("send", "+306900000001")]
    [InlineData("send", "+306900000001", "Hello", "--frobnicate")]
    [InlineData("tail", "--frobnicate")]
    [InlineData("tail", "--url", "127.0.0.1:8080")]
    [InlineData("config", "check", "x.yaml", "--frobnicate")]
    [InlineData("lookup", "hello")]
    [InlineData("lookup", "+4915112345678", "--config", "none.yaml")]
    [InlineData("numbers", "import", "x.csv", "--config", "none.yaml")]
    [InlineData("numbers", "import", "x.csv", "--config", "none.yaml", "--source", "../x")]
    [InlineData("numbers", "import", "x.csv", "--config", "none.yaml", "--source", "x", "--max-bad-rows", "-1")]
    [InlineData("numbers", "import", "x.csv", "--config", "none.yaml", "--source", "x")]
    [InlineData("decode-pdu")]
    [InlineData("decode-pdu", "zz")]
    [InlineData("smpp", "console")]
    [InlineData("smpp", "console", "--system-id", "shop", "--version", "3.3")]
    [InlineData("smpp", "console", "--system-id", "shop", "--password", "longer-than-eight")]
    public async Task UnknownOrMissingOption_IsRefusedWith2(params string[] arguments)
    {
        await using ChildProcess process = await RunAsync(arguments);

        (await process.WaitForExitAsync()).ShouldBe(2, process.Transcript);
        process.Errors.ShouldNotBeEmpty();
    }

    [Fact(Timeout = 60_000)]
    public async Task Help_ListsTheCommands()
    {
        await using ChildProcess help = await RunAsync("help");

        (await help.WaitForExitAsync()).ShouldBe(0);
        foreach (string command in new[] { "serve", "demo", "simulate", "send", "tail", "lookup", "numbers", "explain", "users", "decode-pdu", "smpp", "config" })
            help.Output.ShouldContain(line => line.TrimStart().StartsWith(command, StringComparison.Ordinal), command);
    }

    [Fact(Timeout = 90_000)]
    public async Task Send_Wait_ShowsTheMessageAndItsEnd()
    {
        await using Rig rig = await Rig.StartAsync(["north"]);

        await using ChildProcess send =
            await RunAsync("send", "+306900000001", "Hello", "--from", "Shop", "--wait", "--url", rig.Gateway.Http.BaseAddress!.ToString());

        (await send.WaitForExitAsync()).ShouldBe(0, send.Transcript);
        send.Output.Count.ShouldBe(2, send.Transcript);
        JsonNode message = JsonNode.Parse(send.Output[0])!;
        ((string)message["from"]!).ShouldBe("Shop");
        JsonNode timeline = JsonNode.Parse(send.Output[1])!;
        ((string)timeline["id"]!).ShouldBe((string)message["id"]!);
        ((string)timeline["status"]!).ShouldBe("delivered");
        timeline["events"]!.AsArray().Select(entry => (string)entry!["kind"]!)
            .ShouldBe(["accepted", "attempt_started", "sent", "delivered"]);
    }

    [Fact(Timeout = 90_000)]
    public async Task Send_Wait_UndeliveredEndsWith1()
    {
        await using Rig rig = await Rig.StartAsync(["north"]);
        await rig.Simulator.ChangeAsync("north", """{ "receipts": { "states": [ { "state": "UNDELIV", "err": "001" } ] } }""");

        await using ChildProcess send =
            await RunAsync("send", "+306900000001", "Hello", "--wait", "--url", rig.Gateway.Http.BaseAddress!.ToString());

        (await send.WaitForExitAsync()).ShouldBe(1, send.Transcript);
        ((string)JsonNode.Parse(send.Output[1])!["status"]!).ShouldBe("undelivered");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("send", "+306900000001", "Hello")]
    [InlineData("tail")]
    public async Task NoGateway_IsSaidAndEndsWith1(params string[] command)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        listener.Stop();

        await using ChildProcess process = await RunAsync([.. command, "--url", address]);

        (await process.WaitForExitAsync()).ShouldBe(1, process.Transcript);
        process.Errors.ShouldHaveSingleItem().ShouldStartWith($"The gateway at {address} does not answer: ");
    }

    [Fact(Timeout = 90_000)]
    public async Task Tail_ShowsEventsAsTheyHappen()
    {
        await using Rig rig = await Rig.StartAsync(["north"]);
        await using ChildProcess tail = ChildProcess.StartCrosspoint("tail", "--url", rig.Gateway.Http.BaseAddress!.ToString());

        // The stream has no memory, and tail does not say when it has begun: so there is something to see until it is seen.
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await rig.Gateway.SendAsync("+306900000001", "Hello");
                return tail.Output.Any(line => line.Contains("\"kind\":\"delivered\"", StringComparison.Ordinal));
            },
            () => $"a delivered event\n{tail.Transcript}");
        int code = await tail.StopAsync();

        code.ShouldBe(0, tail.Transcript);
        JsonNode entry = JsonNode.Parse(tail.Output[0])!;
        ((string)entry["message_id"]!).ShouldStartWith("SM");
        ((string)entry["to"]!).ShouldBe("+306900000001");
    }

    [Fact(Timeout = 60_000)]
    public async Task Simulate_BadFile_NamesFileLineAndKey_ExitsWith2()
    {
        string file =
            _folder.Write("carriers.yaml", "carriers:\n  - name: north\n    listen: 127.0.0.1:0\n    behaviour: { latencyy: 5ms }\n");

        await using ChildProcess simulate = await RunAsync("simulate", "--config", file);

        (await simulate.WaitForExitAsync()).ShouldBe(2, simulate.Transcript);
        simulate.Errors.ShouldHaveSingleItem().ShouldStartWith($"{file}:4: carriers[0].behaviour.latencyy: ");
    }

    [Fact(Timeout = 60_000)]
    public async Task Simulate_Terminated_EndsWith0()
    {
        string file = _folder.Write("carriers.yaml", "carriers:\n  - { name: north, listen: \"127.0.0.1:0\" }\n");
        await using ChildProcess simulate = ChildProcess.StartCrosspoint("simulate", "--config", file);
        string line = await simulate.WaitForLineAsync(text => text.StartsWith("ready ", StringComparison.Ordinal), "the ready line");

        int code = await simulate.StopAsync();

        code.ShouldBe(0, simulate.Transcript);
        line.ShouldMatch(@"^ready http=- north=127\.0\.0\.1:[1-9]\d*$");
    }

    [Fact(Timeout = 90_000)]
    public async Task Demo_RunsWithNothingSetUp_AndSumsUp()
    {
        await using ChildProcess demo = await RunAsync("demo", "--port", "0", "--hook-port", "0", "--seconds", "5", "--rate", "20");

        (await demo.WaitForExitAsync()).ShouldBe(0, demo.Transcript);
        demo.Output.ShouldContain(static line => line.StartsWith("Console (the link signs you in once): http://127.0.0.1:", StringComparison.Ordinal) && line.Contains("/console/sign-in#"));
        string sum = demo.Output[^1];
        sum.ShouldMatch(
            @"^accepted [1-9]\d*, refused 0, submitted [1-9]\d*, receipts [1-9]\d*, status webhooks [1-9]\d*, inbound webhooks \d+$");
    }

    private static Task<ChildProcess> RunAsync(params IEnumerable<string> arguments) =>
        ChildProcess.RunAsync(Executables.Crosspoint, arguments);
}
