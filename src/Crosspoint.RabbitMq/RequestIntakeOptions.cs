namespace Crosspoint.RabbitMq;

/// <summary>How requests to send are taken from a queue.</summary>
public sealed record RequestIntakeOptions
{
    /// <summary>1 to 200 characters.</summary>
    public required string Queue { get; init; }

    /// <summary>Declare the queue, and that of the errors, as durable; else they must be there.</summary>
    public bool Declare { get; init; } = true;

    /// <summary>Requests under way at once.</summary>
    public ushort Prefetch { get; init; } = 200;

    /// <summary>SIDs of the accounts that a request may name. With one, a request need not name it.</summary>
    public required IReadOnlyList<string> Accounts { get; init; }

    /// <summary>Where refused requests go; empty for the default exchange.</summary>
    public string ErrorsExchange { get; init; } = "";

    /// <summary>The routing key of refused requests; on the default exchange the name of a queue.</summary>
    public required string ErrorsRoutingKey { get; init; }
}
