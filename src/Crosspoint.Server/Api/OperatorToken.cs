using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api;

/// <summary>The operator's bearer token. Accounts' credentials mean nothing to it, and it opens no account.</summary>
/// <param name="token">Null switches the operator's endpoints off.</param>
internal sealed class OperatorToken(string? token)
{
    private readonly byte[]? _hash = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public bool IsSet => _hash is not null;

    /// <summary>Whether the request holds it.</summary>
    public bool Opens(HttpRequest request) =>
        _hash is not null && Credentials.Bearer(request) is { } given
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _hash);
}
