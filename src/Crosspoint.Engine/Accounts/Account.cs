using Crosspoint.Engine.Limits;

namespace Crosspoint.Engine.Accounts;

/// <summary>May an account send from numbers and names that it does not own?</summary>
public enum SenderPolicy
{
    /// <summary>From any well-formed sender.</summary>
    Any,

    /// <summary>Only from its own numbers and names.</summary>
    Owned,
}

/// <summary>A number or name of an account.</summary>
/// <param name="Number">E.164 with "+", short code, or name.</param>
/// <param name="InboundUrl">Where inbound messages to it are reported; null for nowhere (they are kept all the same).</param>
/// <param name="Form">The dialect of that report.</param>
/// <param name="SystemId">The SMPP credential whose binds get inbound messages to it; null for none.</param>
public sealed record OwnedNumber(string Number, string? InboundUrl, Messages.CallbackForm Form, string? SystemId = null);

/// <summary>A key of an account besides its auth token.</summary>
/// <param name="Sid"><c>SK</c> and 32 hex digits: the user name of Basic authentication.</param>
/// <param name="Secret">The password of Basic authentication, and the bearer token of the native API.</param>
public sealed record ApiKey(string Sid, string Secret)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => Sid;
}

/// <summary>A key of an account of which only a hash is known.</summary>
/// <param name="Sid"><c>SK</c> and 32 hex digits: the user name of Basic authentication.</param>
/// <param name="Sha256">Of the secret in UTF-8, as <see cref="ApiKeySecrets.HashOf"/> writes it.</param>
public sealed record HashedKey(string Sid, string Sha256)
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => Sid;
}

/// <summary>A tenant, as configured. Immutable; a change of configuration makes a new directory of new ones.</summary>
public sealed record Account
{
    /// <summary><c>AC</c> and 32 hex digits.</summary>
    public required string Sid { get; init; }

    public required string Name { get; init; }

    /// <summary>False refuses its credentials; what was accepted before goes on, and is reported.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Password of Basic authentication, and the key that signs Twilio-shaped callbacks.</summary>
    public required string AuthToken { get; init; }

    /// <summary>Its share of a connection beside other accounts of the same class, when there is not enough for all: 1 is usual.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>What it has in the place of the limits that hold for every account.</summary>
    public AccountLimits Limits { get; init; } = AccountLimits.None;

    public SenderPolicy Senders { get; init; }

    public IReadOnlyList<OwnedNumber> Numbers { get; init; } = [];

    public IReadOnlyList<ApiKey> ApiKeys { get; init; } = [];

    /// <summary>Its keys of which only hashes are known.</summary>
    public IReadOnlyList<HashedKey> HashedKeys { get; init; } = [];

    /// <summary>Its credentials for SMPP binds.</summary>
    public IReadOnlyList<SmppCredential> Smpp { get; init; } = [];

    /// <summary>Key of native webhooks: the octets behind <c>whsec_</c>. Never empty.</summary>
    public required byte[] WebhookSecret { get; init; }

    /// <summary>The key before, while receivers change over: native webhooks bear a signature by each. Null for none.</summary>
    public byte[]? WebhookSecretPrevious { get; init; }

    /// <summary>Its receivers of webhooks that are configured one by one; no two with the same URL.</summary>
    public IReadOnlyList<WebhookEndpointSettings> WebhookEndpoints { get; init; } = [];

    /// <summary>Without its secrets.</summary>
    public override string ToString() => Sid;

    public bool Owns(string sender)
    {
        foreach (OwnedNumber number in Numbers)
        {
            if (number.Number == sender) return true;
        }

        return false;
    }
}
