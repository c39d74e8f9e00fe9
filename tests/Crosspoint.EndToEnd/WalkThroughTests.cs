using System.Net;
using System.Net.Sockets;
using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>
/// The commands of README.md, run as they stand there. The first block starts the demo; the others run while it does. Where its ports are
/// taken on this machine, others are put in their place everywhere.
/// </summary>
public sealed class WalkThroughTests
{
    private const string Start = "./crosspoint demo";
    private static readonly int[] Ports = [8080, 9000, 9001];

    [Fact(Timeout = 240_000)]
    public async Task Readme_EveryCommandWorksAsShown()
    {
        string page = Repository.PathOf("README.md");
        File.Exists(page).ShouldBeTrue("README.md is missing");
        IReadOnlyList<WalkThroughStep> steps = WalkThrough.Read(await File.ReadAllLinesAsync(page, CancellationToken.None));
        steps.Count.ShouldBeGreaterThanOrEqualTo(3, "README.md has no walk-through: blocks fenced as ```sh walkthrough");
        steps[0].Commands.Trim().ShouldStartWith(Start, customMessage: $"README.md:{steps[0].Line}: the first block starts the demo");
        Dictionary<int, int> places = Ports.ToDictionary(port => port, port => IsFree(port) ? port : FreePort());
        var environment = new Dictionary<string, string> { ["CROSSPOINT_URL"] = $"http://127.0.0.1:{places[8080]}" };

        string command = $"exec {steps[0].Commands.Trim()} --seconds 150 --port {places[8080]} --hook-port {places[9000]}";
        await using ChildProcess demo = ChildProcess.Start("bash", ["-c", command], environment, Repository.Root);
        await demo.WaitForLineAsync(
            line => line.StartsWith("Crosspoint demo: ", StringComparison.Ordinal), "the demo's welcome", TimeSpan.FromMinutes(2));
        await ShouldShowAsync(steps[0], places, demo);

        foreach (WalkThroughStep step in steps.Skip(1))
        {
            await using ChildProcess shell =
                ChildProcess.Start("bash", ["-euo", "pipefail", "-c", Place(step.Commands, places)], environment, Repository.Root);
            shell.Input.Close();
            int code = await shell.WaitForExitAsync(TimeSpan.FromSeconds(40));
            code.ShouldBe(0, $"README.md:{step.Line}\n{step.Commands}\n{shell.Transcript}");
            Missing(step, places, shell)
                .ShouldBeNull($"README.md:{step.Line}: this line should have come\n{step.Commands}\n{shell.Transcript}");
        }

        (await demo.StopAsync()).ShouldBe(0, demo.Transcript);
    }

    // The demo prints as it goes, so what it is said to print may be a moment away.
    private static Task ShouldShowAsync(WalkThroughStep step, Dictionary<int, int> places, ChildProcess process) =>
        Eventually.BecomesTrueAsync(() => Missing(step, places, process) is null,
            () => $"README.md:{step.Line}: {Missing(step, places, process)}\n{process.Transcript}");

    private static string? Missing(WalkThroughStep step, Dictionary<int, int> places, ChildProcess process) =>
        WalkThrough.FindMissing(step with { Expected = [.. step.Expected.Select(line => Place(line, places))] }, process.Output);

    private static string Place(string text, Dictionary<int, int> places)
    {
        foreach ((int port, int place) in places) text = text.Replace($"{port}", $"{place}", StringComparison.Ordinal);
        return text;
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
