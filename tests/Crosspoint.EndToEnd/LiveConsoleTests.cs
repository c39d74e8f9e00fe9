using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>What is live in the web console, in a real browser: figures, charts, a gateway that goes away, test messages, experiments.</summary>
public sealed class LiveConsoleTests
{
    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(310);

    [Fact(Timeout = 460_000)]
    public async Task APersonFollowsWhatGoesOn_WithoutAFault()
    {
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north", "south"]);

        // The browser comes back to the same place.
        var config = new GatewayConfig { Port = FreePort(), Connections = [("north", simulator.Ports["north"]), ("south", simulator.Ports["south"])] };
        string file = folder.Write("gateway.yaml", config.ToYaml());
        GatewayProcess gateway = await ConsoleWalk.StartGatewayAsync(file);
        try
        {
            string link = await ConsoleWalk.LinkOfAsync(gateway);
            using var stop = new CancellationTokenSource();
            Task load = SendAsync(() => gateway, stop.Token);
            await ConsoleWalk.DeliveredAsync(gateway, 101);

            await using ChildProcess walk = ConsoleWalk.Start("walk-live.mjs", link);
            Task<string> gone = walk.WaitForLineAsync(static line => line == "now: stop", "the wish to stop", Walk);
            await Task.WhenAny(gone, walk.WaitForExitAsync(Walk));
            if (gone.IsCompletedSuccessfully)
            {
                await gateway.DisposeAsync();
                await walk.Input.WriteLineAsync("stopped");
                await walk.WaitForLineAsync(static line => line == "now: start", "the wish to start", Walk);
                gateway = await GatewayProcess.StartAsync(file, Executables.Published);
                await walk.Input.WriteLineAsync("started");
            }

            await walk.WaitForExitAsync(Walk);
            await stop.CancelAsync();
            await load;
            ConsoleWalk.ShouldBeWhole(walk, 13);
        }
        finally
        {
            await gateway.DisposeAsync();
        }
    }

    // Some thirty a second to two networks, whenever there is a gateway.
    private static async Task SendAsync(Func<GatewayProcess> gateway, CancellationToken stop)
    {
        for (int sent = 0; !stop.IsCancellationRequested;)
        {
            var messages = new JsonArray();
            for (int i = 0; i < 6; i++, sent++)
                messages.Add(new JsonObject { ["to"] = $"{(sent % 2 == 0 ? "+49151" : "+49172")}{sent:D8}", ["from"] = "Shop", ["body"] = "Hello" });
            try
            {
                (await gateway().PostAsync("v1/messages/batch", new JsonObject { ["messages"] = messages })).Status.ShouldBe(HttpStatusCode.Accepted);
            }
            catch (Exception error) when (error is HttpRequestException or ObjectDisposedException or TaskCanceledException)
            {
                // It is gone for a while.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
