using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Incidents;

/// <summary>Changes of health as a failover makes them.</summary>
internal sealed class Ill(ManualTimeProvider time)
{
    public static HealthCell Cell(string connection, string country = "DE", string network = "26201") =>
        new(connection, country, NetworkId.TryParse(network, out NetworkId id) ? id : default, null);

    public HealthSignal Signal(
        HealthCell cell, SignalKind kind = SignalKind.Errors, double seen = 0.12, double expected = 0.004, long messages = 812, double seconds = 10,
        SignalSource source = SignalSource.Statistic, uint status = 8)
    {
        return new()
        {
            Kind = kind,
            Source = source,
            Cell = cell,
            Seen = seen,
            Expected = expected,
            Messages = messages,
            Over = TimeSpan.FromSeconds(seconds),
            Status = status,
            At = time.GetUtcMicros(),
        };
    }

    public HealthChange Falls(HealthCell cell, CellState to = CellState.Suspended, double share = 0, double rate = 100, HealthSignal? signal = null) => new()
    {
        Cell = cell,
        From = CellState.Healthy,
        To = to,
        Share = share,
        Reason = "12 % of 812 segments were refused within 10 s",
        Signal = signal ?? Signal(cell),
        Rate = rate,
        At = time.GetUtcMicros(),
    };

    public HealthChange Goes(HealthCell cell, CellState from, CellState to, double share, string? by = null) => new()
    {
        Cell = cell,
        From = from,
        To = to,
        Share = share,
        Reason = "20 of 20 trials were taken",
        Operator = by,
        At = time.GetUtcMicros(),
    };
}
