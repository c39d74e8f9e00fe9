using System.Text.Json;

namespace Crosspoint.Server.Api.V1;

/// <summary>Moments in JSON: RFC 3339, with an offset from UTC, since a time in no zone is no moment.</summary>
internal static class Instants
{
    // The shortest and the longest that RFC 3339 and a tenth of a microsecond make.
    private const int Shortest = 17;
    private const int Longest = 40;

    public static Problem Problem(string field) =>
        new(ProblemKind.SendAtInvalid, "Expected a time with its offset from UTC, such as 2026-01-31T12:00:00Z or 2026-01-31T12:00:00+01:00.", field);

    /// <summary>Reads the text that the reader stands on.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, out DateTimeOffset time)
    {
        time = default;
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueIsEscaped) return false;
        return HasOffset(reader.ValueSpan) && reader.TryGetDateTimeOffset(out time);
    }

    private static bool HasOffset(ReadOnlySpan<byte> text)
    {
        if (text.Length is < Shortest or > Longest || text[10] != 'T') return false;
        return text[^1] == 'Z' || text[^6] is (byte)'+' or (byte)'-';
    }
}
