using Crosspoint.Engine.Accounts;

namespace Crosspoint.Server.SmppListener;

/// <summary>What the sessions of one system_id share.</summary>
internal sealed class SystemIdState(SmppCredential credential, TimeProvider time)
{
    private int _binds;

    public SubmitRate Rate { get; } = new(credential.Rate, time);

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _binds) <= credential.MaxBinds) return true;
        Interlocked.Decrement(ref _binds);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _binds);
}

/// <summary>A customer's bind, kept with its session.</summary>
internal sealed class CustomerSession(SmppLogin login, SystemIdState shared)
{
    private int _unanswered;

    public SmppLogin Login => login;

    public SystemIdState Shared => shared;

    /// <summary>Requests that wait for our answer.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>Takes a place of the in-flight window.</summary>
    public bool TryBegin()
    {
        if (Interlocked.Increment(ref _unanswered) <= login.Credential.InFlightWindow) return true;
        Interlocked.Decrement(ref _unanswered);
        return false;
    }

    public void End() => Interlocked.Decrement(ref _unanswered);
}
