using System.Globalization;
using Crosspoint.Engine.Chaos;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Configuration;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Api.V1;

/// <summary>Reads an experiment from JSON. Every field works for its fault, or is refused.</summary>
internal static class ExperimentReader
{
    /// <summary>In the order of the documentation.</summary>
    public static readonly IReadOnlyList<string> Fields =
    [
        "connection", "fault", "seconds", "share", "class", "country", "network", "latency_ms", "status", "rate",
        "delivery_at_least", "guard_messages", "detected_seconds", "moved_seconds", "recovered_seconds",
    ];

    public static readonly IReadOnlyDictionary<string, ExperimentFault> Faults = new Dictionary<string, ExperimentFault>(StringComparer.Ordinal)
    {
        ["latency"] = ExperimentFault.Latency,
        ["errors"] = ExperimentFault.Errors,
        ["throttle"] = ExperimentFault.Throttle,
        ["disconnect"] = ExperimentFault.Disconnect,
        ["receipts_lost"] = ExperimentFault.ReceiptsLost,
    };

    private static readonly IReadOnlyList<string> Decimals = ["share", "rate", "delivery_at_least"];

    // Fields that say more of one fault, and mean nothing for the others.
    private static readonly (string Field, ExperimentFault Of)[] Own =
        [("latency_ms", ExperimentFault.Latency), ("status", ExperimentFault.Errors), ("rate", ExperimentFault.Throttle)];

    /// <summary>Null and a problem when it cannot be taken.</summary>
    public static Experiment? Read(ReadOnlySpan<byte> json, out Problem problem)
    {
        FlatObject? read = FlatObject.Read(json, Fields, out problem, Decimals);
        if (read is null) return null;
        string expected = $"Expected one of: {string.Join(", ", Faults.Keys)}.";
        if (read.Text("connection") is not { Length: > 0 } connection) return Refuse("connection", "Expected the name of a connection.", out problem);
        if (read.Text("fault") is not { } word || !Faults.TryGetValue(word, out ExperimentFault fault)) return Refuse("fault", expected, out problem);
        foreach ((string field, ExperimentFault of) in Own)
        {
            bool isGiven = read.Text(field) is not null || read.Number(field) is not null || read.Decimal(field) is not null;
            if (isGiven && of != fault) return Refuse(field, $"It belongs to the fault '{NameOf(of)}'.", out problem);
            if (!isGiven && of == fault && of != ExperimentFault.Errors) return Refuse(field, $"The fault '{word}' needs it.", out problem);
        }

        if (fault == ExperimentFault.Disconnect)
        {
            foreach (string field in (string[])["share", "class", "country", "network"])
            {
                if (read.Text(field) is not null || read.Decimal(field) is not null)
                    return Refuse(field, "A disconnect hits all that the connection carries: expected it to be left out.", out problem);
            }
        }

        var whole = new Whole(read);
        long seconds = whole.Take("seconds", null, 1, Experiment.MostSeconds);
        long latency = fault == ExperimentFault.Latency ? whole.Take("latency_ms", null, 1, 60_000) : 0;
        long guard = whole.Take("guard_messages", 20, 1, 100_000);
        long detected = whole.Take("detected_seconds", 10, 1, 3600);
        long moved = whole.Take("moved_seconds", 15, 1, 3600);
        long recovered = whole.Take("recovered_seconds", 600, 1, 86_400);
        double share = whole.TakeShare("share", fault == ExperimentFault.Disconnect ? 1 : 0.1, above: 0);
        double atLeast = whole.TakeShare("delivery_at_least", 0.9, above: -1);
        double rate = read.Decimal("rate") ?? 0;
        if (fault == ExperimentFault.Throttle && rate is not (>= 0.1 and <= 100_000)) whole.Note("rate", "Expected segments a second, 0.1 to 100000.");
        (problem, CommandStatus status) = (whole.Problem, ReadStatus(read.Text("status"), whole));
        Experiment? experiment = Scope(read, whole, new()
        {
            Connection = connection,
            Fault = fault,
            For = TimeSpan.FromSeconds(seconds),
            Share = share,
            Latency = TimeSpan.FromMilliseconds(latency),
            Status = status,
            Rate = rate,
            DeliveryAtLeast = atLeast,
            GuardMessages = (int)guard,
            Targets = new() { Detected = TimeSpan.FromSeconds(detected), Moved = TimeSpan.FromSeconds(moved), Recovered = TimeSpan.FromSeconds(recovered) },
        });
        problem = whole.Problem;
        return whole.Problem.Kind is null ? experiment : null;
    }

    public static string NameOf(ExperimentFault fault) => Faults.First(pair => pair.Value == fault).Key;

    private static CommandStatus ReadStatus(string? text, Whole whole)
    {
        if (text is null) return CommandStatus.SystemError;
        if (StatusConfig.TryParse(text, out string problem) is not var (from, to))
        {
            whole.Note("status", $"It {problem}.");
            return default;
        }

        if (from != to) whole.Note("status", "Expected a single status, such as ESME_RSYSERR.");
        return (CommandStatus)from;
    }

    private static Experiment? Scope(FlatObject read, Whole whole, Experiment experiment)
    {
        if (read.Text("class") is { } name)
        {
            if (!AccountConfig.Classes.TryGetValue(name, out TrafficClass trafficClass))
                whole.Note("class", $"Expected one of: {string.Join(", ", AccountConfig.Classes.Keys)}.");
            experiment = experiment with { Class = trafficClass };
        }

        if (read.Text("country") is { } country)
        {
            if (!LimitConfig.CountryForm().IsMatch(country)) whole.Note("country", "Expected an ISO 3166-1 code of two capitals, such as US.");
            experiment = experiment with { Country = country };
        }

        if (read.Text("network") is { } text)
        {
            if (!NetworkId.TryParse(text, out NetworkId network)) whole.Note("network", "Expected MCC and MNC, such as 26201.");
            experiment = experiment with { Network = Networks.Resolve(network) };
        }

        return experiment;
    }

    private static Experiment? Refuse(string field, string expected, out Problem problem)
    {
        problem = new(ProblemKind.FieldInvalid, expected, field);
        return null;
    }

    /// <summary>Takes numbers, and keeps the first problem.</summary>
    private sealed class Whole(FlatObject read)
    {
        public Problem Problem { get; private set; }

        public void Note(string field, string expected)
        {
            if (Problem.Kind is null) Problem = new(ProblemKind.FieldInvalid, expected, field);
        }

        public long Take(string field, long? fallback, long least, long most)
        {
            if (read.Number(field) is { } number && number >= least && number <= most) return number;
            if (read.Number(field) is null && read.Text(field) is null && fallback is { } usual) return usual;
            Note(field, string.Create(CultureInfo.InvariantCulture, $"Expected a whole number from {least} to {most}."));
            return least;
        }

        public double TakeShare(string field, double fallback, double above)
        {
            double share = read.Decimal(field) ?? fallback;
            if (share <= above || share is < 0 or > 1) Note(field, above < 0 ? "Expected a share from 0 to 1." : "Expected a share above 0, up to 1.");
            return share;
        }
    }
}
