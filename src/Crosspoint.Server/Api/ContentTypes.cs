using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api;

/// <summary>What a request says about its body.</summary>
internal static class ContentTypes
{
    /// <summary>Whether the body is of that media type, in UTF-8 (the default), and not compressed.</summary>
    public static bool Is(HttpRequest request, string mediaType)
    {
        StringValues encoding = request.Headers.ContentEncoding;
        if (encoding.Count > 0 && !(encoding.Count == 1 && string.Equals(encoding[0], "identity", StringComparison.OrdinalIgnoreCase)))
            return false;
        if (request.ContentType is not { } type) return false;
        if (!type.StartsWith(mediaType, StringComparison.OrdinalIgnoreCase)) return false;
        ReadOnlySpan<char> rest = type.AsSpan(mediaType.Length).Trim();
        return rest.IsEmpty || (rest[0] == ';' && HasNoOtherCharset(rest[1..]));
    }

    private static bool HasNoOtherCharset(ReadOnlySpan<char> parameters)
    {
        foreach (Range range in parameters.Split(';'))
        {
            ReadOnlySpan<char> parameter = parameters[range].Trim();
            if (!parameter.StartsWith("charset=", StringComparison.OrdinalIgnoreCase)) continue;
            ReadOnlySpan<char> charset = parameter["charset=".Length..].Trim('"');

            // ASCII is a part of UTF-8.
            if (!charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                && !charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase))
                return false;
        }

        return true;
    }
}
