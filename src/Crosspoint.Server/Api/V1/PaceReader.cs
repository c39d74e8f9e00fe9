using System.Text.Json;

namespace Crosspoint.Server.Api.V1;

/// <summary>Reads the body of a change of a batch's rate: <c>{"rate":50}</c>, or null for no cap.</summary>
internal static class PaceReader
{
    // A segment a day, and more than a machine sends.
    private const double LeastRate = 1.0 / 86_400;
    private const double MostRate = 1_000_000;
    private const string Expected = "Expected one field, rate: segments a second, from one a day (0.0000116) to 1,000,000, or null for no cap.";

    /// <summary>The rate, 0 for no cap; null beside a problem.</summary>
    public static double? Read(ReadOnlySpan<byte> json, out Problem problem)
    {
        problem = new(ProblemKind.JsonInvalid, Expected);
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read()) return null;
            if (reader.TokenType != JsonTokenType.PropertyName) return null;
            if (!reader.ValueTextEquals("rate"u8))
            {
                problem = new(ProblemKind.FieldUnknown, Expected);
                return null;
            }

            reader.Read();
            double rate = 0;
            bool isRight = reader.TokenType == JsonTokenType.Null
                || (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out rate) && rate is >= LeastRate and <= MostRate);
            reader.Skip();
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject || reader.Read()) return null;
            problem = isRight ? default : new(ProblemKind.FieldInvalid, Expected, "rate");
            return isRight ? rate : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
