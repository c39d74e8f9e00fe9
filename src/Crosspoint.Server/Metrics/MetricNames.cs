using System.Diagnostics.Metrics;
using System.Text;

namespace Crosspoint.Server.Metrics;

/// <summary>Names of Prometheus for instruments of OpenTelemetry.</summary>
internal static class MetricNames
{
    private const string Prefix = "crosspoint_";

    /// <summary><c>crosspoint_</c>, the name with underscores, the unit, and <c>_total</c> for counters.</summary>
    public static string Of(Instrument instrument)
    {
        var name = new StringBuilder(Label(instrument.Name));
        if (!instrument.Name.StartsWith("crosspoint", StringComparison.Ordinal)) name.Insert(0, Prefix);
        string unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };
        Append(name, unit);
        if (KindOf(instrument) == MetricKind.Counter) Append(name, "_total");
        return name.ToString();
    }

    /// <summary>A text with everything but letters, digits and underscores made an underscore.</summary>
    public static string Label(string text)
    {
        var label = new StringBuilder(text.Length);
        foreach (char c in text) label.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        if (label.Length == 0 || char.IsAsciiDigit(label[0])) label.Insert(0, '_');
        return label.ToString();
    }

    public static MetricKind KindOf(Instrument instrument)
    {
        Type type = instrument.GetType().GetGenericTypeDefinition();
        if (type == typeof(Histogram<>)) return MetricKind.Histogram;
        if (type == typeof(Counter<>) || type == typeof(ObservableCounter<>)) return MetricKind.Counter;
        return MetricKind.Gauge;
    }

    private static void Append(StringBuilder name, string suffix)
    {
        if (!name.ToString().EndsWith(suffix, StringComparison.Ordinal)) name.Append(suffix);
    }
}

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
