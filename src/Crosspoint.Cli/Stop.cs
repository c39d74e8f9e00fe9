namespace Crosspoint.Cli;

/// <summary>Waiting for the end of a command that runs until it is told to stop.</summary>
internal static class Stop
{
    /// <summary>Completes when the command line's cancellation (Ctrl-C, SIGTERM) arrives.</summary>
    public static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cancellationToken.Register(() => stopped.TrySetResult());
        await stopped.Task.ConfigureAwait(false);
    }
}
