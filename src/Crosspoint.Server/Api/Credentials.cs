using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Crosspoint.Engine.Accounts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api;

/// <summary>Finds the account that a request's Authorization header speaks for.</summary>
internal static class Credentials
{
    // RFC 7235 leaves the length open; the longest that can be right here is far shorter.
    private const int MaxLength = 2048;

    /// <summary>The account of <c>Basic</c> credentials (RFC 7617); null when they are missing, malformed or not right.</summary>
    public static Account? Basic(HttpRequest request, AccountDirectory accounts) =>
        TryGetHeader(request, "Basic ", out ReadOnlySpan<char> text) ? Basic(text, accounts) : null;

    /// <summary>The account of <c>Bearer</c> (RFC 6750) or <c>Basic</c> credentials.</summary>
    public static Account? BearerOrBasic(HttpRequest request, AccountDirectory accounts)
    {
        if (TryGetHeader(request, "Bearer ", out ReadOnlySpan<char> token)) return accounts.AuthenticateBearer(token);
        return TryGetHeader(request, "Basic ", out ReadOnlySpan<char> text) ? Basic(text, accounts) : null;
    }

    /// <summary>The token of <c>Bearer</c> credentials; null when there are none.</summary>
    public static string? Bearer(HttpRequest request) =>
        TryGetHeader(request, "Bearer ", out ReadOnlySpan<char> token) ? token.ToString() : null;

    private static bool TryGetHeader(HttpRequest request, string scheme, out ReadOnlySpan<char> text)
    {
        text = default;
        StringValues values = request.Headers.Authorization;
        if (values.Count != 1 || values[0] is not { Length: <= MaxLength } header) return false;
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return false;
        text = header.AsSpan(scheme.Length).Trim(' ');
        return true;
    }

    private static Account? Basic(ReadOnlySpan<char> text, AccountDirectory accounts)
    {
        Span<byte> encoded = stackalloc byte[MaxLength];
        Span<byte> decoded = stackalloc byte[MaxLength];
        Span<char> pair = stackalloc char[MaxLength];
        if (Ascii.FromUtf16(text, encoded, out int length) != OperationStatus.Done) return null;
        if (Base64.DecodeFromUtf8(encoded[..length], decoded, out _, out int bytes) != OperationStatus.Done) return null;
        if (Utf8.ToUtf16(decoded[..bytes], pair, out _, out int chars, replaceInvalidSequences: false) != OperationStatus.Done) return null;
        int colon = pair[..chars].IndexOf(':');
        return colon < 0 ? null : accounts.AuthenticateBasic(pair[..colon], pair[(colon + 1)..chars]);
    }
}
