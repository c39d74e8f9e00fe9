namespace Crosspoint.Simulator.Tests.Support;

public static class Until
{
    /// <summary>Gives way to other work until the condition holds; fails after twenty seconds.</summary>
    public static async Task TrueAsync(Func<bool> condition)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(20), "the condition never came true");
            await Task.Yield();
        }
    }
}
