using System.Buffers;
using System.Globalization;
using System.Text;

namespace Crosspoint.Server.Metrics;

/// <summary>Writes the Prometheus text format 0.0.4.</summary>
internal readonly ref struct PrometheusText(IBufferWriter<byte> output)
{
    public void Head(string name, string help, MetricKind kind)
    {
        if (help.Length > 0)
            Append(
                $"# HELP {name} {help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\n");
        string type = kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };
        Append($"# TYPE {name} {type}\n");
    }

    /// <param name="labels">Labels without braces, or empty.</param>
    /// <param name="more">One more label, or empty.</param>
    public void Sample(string name, string suffix, string labels, string more, double value)
    {
        string separator = labels.Length > 0 && more.Length > 0 ? "," : "";
        string all = labels.Length + more.Length > 0 ? $"{{{labels}{separator}{more}}}" : "";
        Append($"{name}{suffix}{all} {Format(value)}\n");
    }

    /// <summary>Tags as labels, without braces.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(MetricNames.Label(tag.Key)).Append("=\"");
            string value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            foreach (char c in value) text.Append(c switch { '\\' => "\\\\", '"' => "\\\"", '\n' => "\\n", _ => c.ToString() });
            text.Append('"');
        }

        return text.ToString();
    }

    private static string Format(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Append(string text) => Encoding.UTF8.GetBytes(text, output);
}
