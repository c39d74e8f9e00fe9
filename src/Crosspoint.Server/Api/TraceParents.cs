using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api;

/// <summary>The W3C Trace Context of a request.</summary>
internal static class TraceParents
{
    private const int Length = 55;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>The header as it came; null when there is none or it is not version 00's form.</summary>
    public static string? Read(HttpRequest request)
    {
        StringValues values = request.Headers.TraceParent;
        return values.Count == 1 ? Check(values[0]) : null;
    }

    /// <summary>The text as it is; null when it is not version 00's form.</summary>
    public static string? Check(string? text)
    {
        if (text is not { Length: Length } || !text.StartsWith("00-", StringComparison.Ordinal)) return null;
        if (text[35] != '-' || text[52] != '-') return null;
        return IsHex(text.AsSpan(3, 32)) && IsHex(text.AsSpan(36, 16)) && IsHex(text.AsSpan(53, 2)) ? text : null;
    }

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Hex);
}
