using System.Globalization;

namespace Crosspoint.Engine.Health.Failover;

/// <summary>What was noticed, in words for people, with its figures.</summary>
internal static class HealthWords
{
    private const int MostNames = 3;

    public static string Of(HealthSignal signal)
    {
        string against = signal.Source == SignalSource.Rule ? "the rule allows" : "usual is";
        string over = $"of {Count(signal.Messages)} in {Seconds(signal.Over.TotalSeconds)}";
        string within = $"({Count(signal.Messages)} in {Seconds(signal.Over.TotalSeconds)})";
        string seen = Percent(signal.Seen);
        string expected = Percent(signal.Expected);
        string status = signal.Status == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", above all with status 0x{signal.Status:X8}");
        string seenOf = signal.Kind switch
        {
            SignalKind.Unbound => signal.Over.TotalSeconds > 1.01 * signal.Seen
                ? $"sessions are lost again and again: none was bound for {Seconds(signal.Seen)} of {Seconds(signal.Over.TotalSeconds)}"
                : $"no session has been bound for {Seconds(signal.Seen)}",
            SignalKind.Stalled => $"nothing answered for {Seconds(signal.Seen)} while {Count(signal.Messages)} waited",
            SignalKind.Throttled => $"the carrier asks for less: {seen} {over} throttled, {against} {expected}",
            SignalKind.Timeouts => $"{seen} {over} never answered, {against} {expected}",
            SignalKind.Errors => $"{seen} {over} refused, {against} {expected}{status}",
            SignalKind.NewError => $"{seen} {over} refused with a status not seen here before{status}",
            SignalKind.Delivery => $"{seen} {over} delivered, {against} {expected}",
            SignalKind.ReceiptsSilent => $"{seen} {over} have their receipts, {against} {expected}",
            SignalKind.ReceiptsSlow => $"receipts take {Seconds(signal.Seen)}, {against} {Seconds(signal.Expected)} {within}",
            SignalKind.ResponsesSlow => $"answers take {Seconds(signal.Seen)}, {against} {Seconds(signal.Expected)} at most {within}",
            _ => $"receipts come at other times than they ever did {within}",
        };
        return signal.Except.Count == 0 ? seenOf : $"{seenOf}; not to {Names(signal.Except)}, where all is as usual";
    }

    private static string Names(IReadOnlyList<HealthCell> cells)
    {
        string first = string.Join(", ", cells.Take(MostNames).Select(static cell => cell.Network.IsKnown ? $"{cell.Country} {cell.Network}" : cell.Country));
        return cells.Count > MostNames ? $"{first} and {Count(cells.Count - MostNames)} more" : first;
    }

    /// <summary>What a test saw.</summary>
    public static string Of(in CellTotals since, TimeSpan time)
    {
        long answered = since.Accepted + since.Refused + since.Throttled + since.Unanswered;
        string receipts = since.ExpectedDelivered < 1 ? ""
            : string.Create(CultureInfo.InvariantCulture, $", {since.Delivered} delivered of {since.ExpectedDelivered:0.#} expected by now");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{since.Accepted} of {Math.Max(answered, since.Submitted)} segments accepted in {Seconds(time.TotalSeconds)}{receipts}");
    }

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");

    public static string Clock(long wall) => DateTime.UnixEpoch.AddMicroseconds(wall).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Seconds(double seconds) => seconds switch
    {
        >= 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.#} min"),
        >= 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
    };

    private static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
