namespace Crosspoint.EndToEnd.Support;

/// <summary>Carriers and a gateway bound to them.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    private Rig()
    {
    }

    public string Folder => _folder.Path;

    public SimulatorProcess Simulator { get; private set; } = null!;

    public GatewayProcess Gateway { get; private set; } = null!;

    public GatewayConfig Config { get; private set; } = null!;

    /// <summary>Starts carriers, then a gateway with a connection to each, in order of preference.</summary>
    public static async Task<Rig> StartAsync(
        string[] carriers, Func<GatewayConfig, GatewayConfig>? change = null, Func<SimulatorProcess, Task>? prepare = null)
    {
        var rig = new Rig();
        try
        {
            rig.Simulator = await SimulatorProcess.StartAsync(rig._folder, carriers);
            if (prepare is not null) await prepare(rig.Simulator);
            var config = new GatewayConfig { Connections = [.. carriers.Select(name => (name, rig.Simulator.Ports[name]))] };
            rig.Config = change is null ? config : change(config);
            rig.Gateway = await GatewayProcess.StartAsync(rig._folder, rig.Config);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the gateway, if it still runs, and starts another on the same data.</summary>
    public async Task RestartGatewayAsync()
    {
        await Gateway.DisposeAsync();
        Gateway = await GatewayProcess.StartAsync(_folder, Config);
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null) await Gateway.DisposeAsync();
        if (Simulator is not null) await Simulator.DisposeAsync();
        _folder.Dispose();
    }
}
