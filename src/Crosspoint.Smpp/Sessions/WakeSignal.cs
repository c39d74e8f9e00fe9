using System.Threading.Tasks.Sources;

namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// Wakes the one writer of a session without allocating. The session's lock orders <see cref="Reset"/> and <see cref="Set"/>.
/// </summary>
internal sealed class WakeSignal : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core;

    /// <summary>Gets ready for one more wait.</summary>
    public void Reset() => _core.Reset();

    public ValueTask WaitAsync() => new(this, _core.Version);

    /// <summary>Wakes the writer, on this thread or on the thread pool.</summary>
    public void Set(bool inline)
    {
        _core.RunContinuationsAsynchronously = !inline;
        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
