namespace Crosspoint.RabbitMq;

/// <summary>The broker, and what goes out to it and comes in from it. Validated by whoever reads the configuration.</summary>
public sealed record RabbitMqOptions
{
    /// <summary><c>amqp://USER:PASSWORD@HOST:PORT/VHOST</c>, or <c>amqps</c> for TLS.</summary>
    public required Uri Url { get; init; }

    /// <summary>Pause before the first new try to connect; it doubles from try to try.</summary>
    public TimeSpan ReconnectFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    public TimeSpan ReconnectMost { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Null publishes nothing.</summary>
    public EventSinkOptions? Events { get; init; }

    /// <summary>Null consumes nothing.</summary>
    public RequestIntakeOptions? Intake { get; init; }

    /// <summary>Without the password: what is printed may be kept.</summary>
    public override string ToString() => $"{nameof(RabbitMqOptions)} {{ {Url.Scheme}://{Url.Host}:{Url.Port}{Url.AbsolutePath} }}";
}
