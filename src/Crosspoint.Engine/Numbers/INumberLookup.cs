using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>A way of asking a service for the network of a number.</summary>
public interface INumberLookup : IDisposable
{
    /// <summary>Asks once.</summary>
    /// <param name="cancellationToken">Ends the waiting: the time is over.</param>
    /// <exception cref="OperationCanceledException">The time is over.</exception>
    /// <exception cref="LookupException">The service cannot be reached, refuses, or answers what cannot be understood.</exception>
    Task<LookupAnswer> AskAsync(E164 number, CancellationToken cancellationToken);
}

/// <summary>What a service knows of a number.</summary>
/// <param name="Network">Unknown when the service does not know the number, or its network.</param>
/// <param name="IsPorted">Null when it does not say.</param>
public readonly record struct LookupAnswer(NetworkId Network, bool? IsPorted);

/// <summary>A service gave no answer that can be used.</summary>
public sealed class LookupException : Exception
{
    public LookupException(string message)
        : base(message)
    {
    }

    public LookupException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public LookupException()
    {
    }

    /// <summary>Whether there was an answer, which is wrong; else there was none.</summary>
    public bool IsWrongAnswer { get; init; }

    /// <summary>
    /// Whether the service cannot be reached or says that it fails (5xx, SERVFAIL): time and again that is an outage. All else is about the one number.
    /// </summary>
    public bool IsOutage { get; init; }
}
