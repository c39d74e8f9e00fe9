namespace Crosspoint.Cli.Lab;

/// <summary>Says on standard error every ten seconds how far a long run has come, so that standard output stays what programs read.</summary>
internal sealed class LabProgress : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ITimer? _timer;

    /// <param name="isAsked">Where nobody asked for it, only a terminal gets it.</param>
    /// <param name="say">How far it has come.</param>
    public LabProgress(bool isAsked, TimeProvider time, Func<string> say)
    {
        if (isAsked || !Console.IsErrorRedirected)
            _timer = time.CreateTimer(static say => Console.Error.WriteLine(((Func<string>)say!)()), say, Interval, Interval);
    }

    public void Dispose() => _timer?.Dispose();
}
