using System.Diagnostics.Metrics;

namespace Crosspoint.RabbitMq;

/// <summary>What is counted about the broker (meter <see cref="MeterName"/>).</summary>
internal sealed class RabbitMqMetrics
{
    public const string MeterName = "Crosspoint.RabbitMq";

    private readonly Counter<long> _published;
    private readonly Counter<long> _requests;
    private int _eventsConnected;
    private int _intakeConnected;

    public RabbitMqMetrics(IMeterFactory meters, RabbitMqOptions options, Func<long> behind)
    {
        Meter meter = meters.Create(MeterName);
        _published = meter.CreateCounter<long>("crosspoint.rabbitmq.events", "{event}", "Events that the broker confirmed");
        _requests = meter.CreateCounter<long>(
            "crosspoint.rabbitmq.requests", "{request}", "Requests from the queue by result: accepted, replayed, refused, deferred");
        if (options.Events is not null)
        {
            meter.CreateObservableGauge(
                "crosspoint.rabbitmq.events.behind", behind, "{event}", "Numbers of the event log between the newest and what the broker confirmed");
        }

        meter.CreateObservableGauge("crosspoint.rabbitmq.connected", () => Connected(options), "{connection}", "1 while connected, by use");
    }

    public void Published(int events) => _published.Add(events);

    public void Request(string result) => _requests.Add(1, new KeyValuePair<string, object?>("result", result));

    public void EventsConnected(bool isConnected) => Volatile.Write(ref _eventsConnected, isConnected ? 1 : 0);

    public void IntakeConnected(bool isConnected) => Volatile.Write(ref _intakeConnected, isConnected ? 1 : 0);

    private IEnumerable<Measurement<int>> Connected(RabbitMqOptions options)
    {
        if (options.Events is not null) yield return new(Volatile.Read(ref _eventsConnected), new KeyValuePair<string, object?>("use", "events"));
        if (options.Intake is not null) yield return new(Volatile.Read(ref _intakeConnected), new KeyValuePair<string, object?>("use", "intake"));
    }
}
