namespace Crosspoint.EndToEnd.Support;

/// <summary>Waits for what another process does, which gives no signal that could be awaited.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks until it is so; the test fails when the time is over.</summary>
    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? limit = null)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > (limit ?? Usual)) throw new TimeoutException($"Not in time: {what()}");
            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public static Task BecomesTrueAsync(Func<bool> condition, Func<string> what, TimeSpan? limit = null) =>
        BecomesTrueAsync(() => Task.FromResult(condition()), what, limit);
}
