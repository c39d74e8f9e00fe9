using System.Globalization;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Accounts;

/// <summary>A key of which the hash is kept.</summary>
/// <param name="Sid"><c>SK</c> and 32 hex digits.</param>
/// <param name="Sha256">Of the secret.</param>
/// <param name="Ending">The last four characters of the secret, so that people can tell keys apart.</param>
internal sealed record KeyRecord(string Sid, string Name, string Sha256, string Ending, string By, DateTimeOffset At);

/// <summary>Credentials for binds, with the password sealed.</summary>
/// <param name="Credential">Without its password.</param>
internal sealed record SmppRecord(SmppCredential Credential, byte[] Password, string By, DateTimeOffset At);

/// <summary>
/// What opens an account: keys as hashes, and sealed what must be used again. Kept apart from the settings, since going back to older settings must not
/// bring back a key that was revoked. It is never shown.
/// </summary>
internal sealed record AccessRecord
{
    public const string Kind = "access";

    public static AccessRecord None { get; } = new();

    /// <summary>Sealed; null where the file says it.</summary>
    public byte[]? AuthToken { get; init; }

    /// <summary>Sealed; null where the file says it, or it follows from the token.</summary>
    public byte[]? WebhookSecret { get; init; }

    /// <summary>Sealed; null for none.</summary>
    public byte[]? WebhookSecretPrevious { get; init; }

    public IReadOnlyList<KeyRecord> Keys { get; init; } = [];

    public IReadOnlyList<SmppRecord> Smpp { get; init; } = [];

    public static ResourceName Resource(string sid) => new(Kind, sid);

    public byte[] Write()
    {
        ConfigMap map = AccountDocument.Map(
            AccountDocument.Entry("auth_token", TextOf(AuthToken)),
            AccountDocument.Entry("webhook_secret", TextOf(WebhookSecret)),
            AccountDocument.Entry("webhook_secret_previous", TextOf(WebhookSecretPrevious)),
            AccountDocument.List("keys", Keys.Select(static key => AccountDocument.Map(
                AccountDocument.Entry("sid", key.Sid), AccountDocument.Entry("name", key.Name), AccountDocument.Entry("sha256", key.Sha256),
                AccountDocument.Entry("ending", key.Ending), AccountDocument.Entry("by", key.By), AccountDocument.Entry("at", TextOf(key.At))))),
            AccountDocument.List("smpp", Smpp.Select(static smpp => AccountDocument.Map(
                [new(0, "settings", SmppSettings.Write(smpp.Credential)), AccountDocument.Entry("password", TextOf(smpp.Password)),
                    AccountDocument.Entry("by", smpp.By), AccountDocument.Entry("at", TextOf(smpp.At))]))));
        return Encoding.UTF8.GetBytes(ConfigText.Write(map, isIndented: true));
    }

    /// <summary>Null beside errors.</summary>
    public static AccessRecord? Read(ReadOnlySpan<byte> text, ConfigErrors errors)
    {
        if (ConfigText.Read(text, errors) is not { } section) return null;
        try
        {
            var record = new AccessRecord
            {
                AuthToken = BytesOf(section, "auth_token"),
                WebhookSecret = BytesOf(section, "webhook_secret"),
                WebhookSecretPrevious = BytesOf(section, "webhook_secret_previous"),
                Keys = [.. section.Groups("keys").Select(ReadKey)],
                Smpp = [.. section.Groups("smpp").Select(ReadSmpp)],
            };
            section.Close();
            return errors.Errors.Count == 0 ? record : null;
        }
        catch (FormatException error)
        {
            errors.Add(1, "", error.Message);
            return null;
        }
    }

    private static KeyRecord ReadKey(ConfigSection section)
    {
        var key = new KeyRecord(
            Required(section, "sid"), Required(section, "name"), Required(section, "sha256"), Required(section, "ending"), Required(section, "by"), MomentOf(section));
        section.Close();
        return key;
    }

    private static SmppRecord ReadSmpp(ConfigSection section)
    {
        ConfigSection settings = section.Group("settings", required: true) ?? throw new FormatException("settings are missing");
        var smpp = new SmppRecord(
            AccountConfig.ReadCredential(settings, needsPassword: false), BytesOf(section, "password") ?? [], Required(section, "by"), MomentOf(section));
        section.Close();
        return smpp;
    }

    private static string Required(ConfigSection section, string key) => section.Text(key, required: true) ?? "";

    private static DateTimeOffset MomentOf(ConfigSection section) =>
        DateTimeOffset.Parse(Required(section, "at"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    private static byte[]? BytesOf(ConfigSection section, string key) => section.Text(key, most: 4_000) is { } text ? Convert.FromBase64String(text) : null;

    private static string? TextOf(byte[]? sealedSecret) => sealedSecret is null ? null : Convert.ToBase64String(sealedSecret);

    private static string TextOf(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
