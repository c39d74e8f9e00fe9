using Crosspoint.Engine.Accounts;

namespace Crosspoint.Server.SmppListener;

/// <summary>What the sessions of one system_id share.</summary>
internal sealed class SystemIdState(SmppCredential credential, TimeProvider time)
{
    private volatile SmppCredential _credential = credential;
    private volatile SubmitRate _rate = new(credential.Rate, time);
    private int _binds;

    public SubmitRate Rate => _rate;

    /// <summary>Goes by other settings from now on; binds beyond a number that has become smaller stay until they end.</summary>
    public void Take(SmppCredential credential)
    {
        if (credential.Rate != _credential.Rate) _rate = new(credential.Rate, time);
        _credential = credential;
    }

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _binds) <= _credential.MaxBinds) return true;
        Interlocked.Decrement(ref _binds);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _binds);
}

/// <summary>A customer's bind, kept with its session.</summary>
internal sealed class CustomerSession(SmppLogin login, SystemIdState shared, DateTimeOffset boundAt)
{
    private volatile SmppLogin _login = login;
    private int _unanswered;

    /// <summary>As it is now; another one takes its place when its account changes.</summary>
    public SmppLogin Login
    {
        get => _login;
        set => _login = value;
    }

    public SystemIdState Shared => shared;

    public DateTimeOffset BoundAt => boundAt;

    /// <summary>Requests that wait for our answer.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>Takes a place of the in-flight window.</summary>
    public bool TryBegin()
    {
        if (Interlocked.Increment(ref _unanswered) <= _login.Credential.InFlightWindow) return true;
        Interlocked.Decrement(ref _unanswered);
        return false;
    }

    public void End() => Interlocked.Decrement(ref _unanswered);
}
