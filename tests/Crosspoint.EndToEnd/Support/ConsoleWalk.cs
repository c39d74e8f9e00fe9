using System.Globalization;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd.Support;

/// <summary>What walks through the web console in a browser have in common.</summary>
internal static class ConsoleWalk
{
    private const string Delivered = "crosspoint_messages_states_total{state=\"delivered\"} ";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>A gateway as it is published, with the console.</summary>
    public static Task<GatewayProcess> StartGatewayAsync(string configFile)
    {
        File.Exists(Executables.Published).ShouldBeTrue("./crosspoint builds the console: run './crosspoint help' first");
        return GatewayProcess.StartAsync(configFile, Executables.Published);
    }

    /// <summary>The link that makes its first owner.</summary>
    public static async Task<string> LinkOfAsync(GatewayProcess gateway)
    {
        string told = await gateway.Process.WaitForLineAsync(static line => line.Contains("/console/setup#", StringComparison.Ordinal), "the set-up link");
        return told.Split(' ')[^1];
    }

    public static Task DeliveredAsync(GatewayProcess gateway, int least) => Eventually.BecomesTrueAsync(
        async () => (await gateway.Http.GetStringAsync(new Uri("metrics", UriKind.Relative))).Split('\n').Any(line =>
            line.StartsWith(Delivered, StringComparison.Ordinal) && double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) >= least),
        () => $"{least} messages to be delivered",
        Limit);

    /// <summary>Begins a script of <c>console/e2e</c>.</summary>
    public static ChildProcess Start(string script, string link) => ChildProcess.Start("node", [script, link], folder: Repository.PathOf("console", "e2e"));

    /// <summary>Goes the whole way: so many steps, and no fault.</summary>
    public static async Task GoAsync(string script, string link, int steps, TimeSpan limit)
    {
        await using ChildProcess walk = Start(script, link);
        await walk.WaitForExitAsync(limit);
        ShouldBeWhole(walk, steps);
    }

    public static void ShouldBeWhole(ChildProcess walk, int steps)
    {
        walk.Output.ShouldNotContain(static line => line.StartsWith("FAULT", StringComparison.Ordinal), walk.Transcript);
        walk.Output.Count(static line => line.StartsWith("ok: ", StringComparison.Ordinal)).ShouldBe(steps, walk.Transcript);
    }
}
