using System.Text.Json;

namespace Crosspoint.Server.Api.V1;

/// <summary>Reads the body of a change of a message's time: <c>{"send_at":"2026-01-31T12:00:00Z"}</c>, or null for now.</summary>
internal static class RescheduleReader
{
    private const string Expected = "Expected one field, send_at: a time with its offset from UTC, such as 2026-01-31T12:00:00Z, or null for now.";

    /// <summary>The time; null for now, and beside a problem.</summary>
    public static DateTimeOffset? Read(ReadOnlySpan<byte> json, out Problem problem)
    {
        problem = new(ProblemKind.JsonInvalid, Expected);
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read()) return null;
            if (reader.TokenType != JsonTokenType.PropertyName) return null;
            if (!reader.ValueTextEquals("send_at"u8))
            {
                problem = new(ProblemKind.FieldUnknown, Expected);
                return null;
            }

            reader.Read();
            bool isNow = reader.TokenType == JsonTokenType.Null;
            DateTimeOffset sendAt = default;
            bool isRight = isNow || Instants.TryRead(ref reader, out sendAt);
            if (!isNow && !isRight) reader.Skip();
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject || reader.Read()) return null;
            problem = isRight ? default : Instants.Problem("send_at");
            return isRight && !isNow ? sendAt : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
