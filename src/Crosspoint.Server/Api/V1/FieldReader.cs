using System.Text.Json;

namespace Crosspoint.Server.Api.V1;

/// <summary>Reads bodies of one field: <c>{"rate":50}</c>.</summary>
internal static class FieldReader
{
    // A segment a day, and more than a machine sends.
    private const double LeastRate = 1.0 / 86_400;
    private const double MostRate = 1_000_000;

    private const string ExpectedRate =
        "Expected one field, rate: segments a second, from one a day (0.0000116) to 1,000,000, or null for no cap.";

    private const string ExpectedTime =
        "Expected one field, send_at: a time with its offset from UTC, such as 2026-01-31T12:00:00Z, or null for now.";

    private delegate bool Take<T>(ref Utf8JsonReader reader, out T? value)
        where T : struct;

    /// <summary>The new rate of a batch; null for no cap, and beside a problem.</summary>
    public static double? ReadRate(ReadOnlySpan<byte> json, out Problem problem) =>
        Read<double>(json, "rate", ExpectedRate, new(ProblemKind.FieldInvalid, ExpectedRate, "rate"), TryTakeRate, out problem);

    /// <summary>The new time of a message; null for now, and beside a problem.</summary>
    public static DateTimeOffset? ReadTime(ReadOnlySpan<byte> json, out Problem problem) =>
        Read<DateTimeOffset>(json, "send_at", ExpectedTime, Instants.Problem("send_at"), TryTakeTime, out problem);

    private static T? Read<T>(ReadOnlySpan<byte> json, string name, string expected, Problem invalid, Take<T> take, out Problem problem)
        where T : struct
    {
        problem = new(ProblemKind.JsonInvalid, expected);
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read()) return null;
            if (reader.TokenType != JsonTokenType.PropertyName) return null;
            if (!reader.ValueTextEquals(name))
            {
                problem = new(ProblemKind.FieldUnknown, expected);
                return null;
            }

            reader.Read();
            T? value = null;
            bool isRight = reader.TokenType == JsonTokenType.Null || take(ref reader, out value);
            if (!isRight) reader.Skip();
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject || reader.Read()) return null;
            problem = isRight ? default : invalid;
            return isRight ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryTakeRate(ref Utf8JsonReader reader, out double? value)
    {
        value = null;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out double rate) || rate is < LeastRate or > MostRate) return false;
        value = rate;
        return true;
    }

    private static bool TryTakeTime(ref Utf8JsonReader reader, out DateTimeOffset? value)
    {
        bool isRight = Instants.TryRead(ref reader, out DateTimeOffset time);
        value = isRight ? time : null;
        return isRight;
    }
}
