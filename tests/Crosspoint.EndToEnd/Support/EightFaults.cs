namespace Crosspoint.EndToEnd.Support;

/// <summary>
/// Plays all ways of failing, some at a time: most of what they do is to wait. The carriers of all of them are in one process, and each has a gateway of its own.
/// </summary>
public sealed class EightFaults : IAsyncLifetime
{
    private const int AtOnce = 4;

    private readonly TestFolder _folder = new();
    private readonly SemaphoreSlim _room = new(AtOnce);
    private readonly Dictionary<string, Task<FaultStory>> _stories = [];
    private SimulatorProcess _simulator = null!;

    public async ValueTask InitializeAsync()
    {
        const string Behaviour = """{ receipts: { delay: { distribution: lognormal, mean: 1200ms, p99: 4s } } }""";
        string[] carriers = [.. FaultWay.All.SelectMany(FaultRun.CarriersOf)];
        _simulator = await SimulatorProcess.StartAsync(_folder, carriers, Behaviour);

        // They belong to no test, and go on when one is over.
        using (ExecutionContext.SuppressFlow())
        {
            foreach (FaultWay way in FaultWay.All) _stories[way.Name] = PlayAsync(way);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_stories.Values).ContinueWith(static _ => { }, TaskScheduler.Default);
        await _simulator.DisposeAsync();
        _folder.Dispose();
        _room.Dispose();
    }

    internal Task<FaultStory> Of(string way) => _stories[way];

    private async Task<FaultStory> PlayAsync(FaultWay way)
    {
        await _room.WaitAsync();
        try
        {
            await using var run = new FaultRun(way, _simulator);
            return await run.PlayAsync();
        }
        finally
        {
            _room.Release();
        }
    }
}
