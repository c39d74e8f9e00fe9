using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>accounts</c>.</summary>
internal static class AccountConfig
{
    /// <summary>
    /// Shorter tokens are taken with a warning: 32 is the length of the field's usual tokens, 16 still cannot be guessed over a network.
    /// </summary>
    private const int ShortTokenLength = 16;

    private const string SecretPrefix = "whsec_";

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>What a policy of senders may be called.</summary>
    public static readonly Dictionary<string, SenderPolicy> SenderPolicies = new(StringComparer.Ordinal)
    {
        ["any"] = SenderPolicy.Any,
        ["owned"] = SenderPolicy.Owned,
    };

    /// <summary>What a dialect of reports may be called.</summary>
    public static readonly Dictionary<string, CallbackForm> Forms = new(StringComparer.Ordinal)
    {
        ["twilio"] = CallbackForm.Twilio,
        ["native"] = CallbackForm.Native,
    };

    /// <summary>What a form of message ids may be called.</summary>
    public static readonly Dictionary<string, SubmitIdForm> IdForms = new(StringComparer.Ordinal)
    {
        ["uuid"] = SubmitIdForm.Uuid,
        ["hex"] = SubmitIdForm.Hex,
        ["decimal"] = SubmitIdForm.Decimal,
    };

    /// <summary>What an operation of binding may be called.</summary>
    public static readonly Dictionary<string, AllowedBinds> BindTypes = new(StringComparer.Ordinal)
    {
        ["transmitter"] = AllowedBinds.Transmitter,
        ["receiver"] = AllowedBinds.Receiver,
        ["transceiver"] = AllowedBinds.Transceiver,
    };

    /// <summary>What a class may be called.</summary>
    public static readonly Dictionary<string, TrafficClass> Classes = new(StringComparer.Ordinal)
    {
        ["otp"] = TrafficClass.Otp,
        ["transactional"] = TrafficClass.Transactional,
        ["marketing"] = TrafficClass.Marketing,
    };

    public static IReadOnlyList<Account> Read(ConfigSection root)
    {
        var names = new Names(root.Errors);
        var accounts = new List<Account>();
        foreach (ConfigSection section in root.Groups("accounts", required: true)) accounts.Add(ReadAccount(section, names));
        if (accounts.Count == 0 && root.Has("accounts")) root.Fail("accounts", "is empty; expected at least one account");
        return accounts;
    }

    /// <summary>
    /// The webhook key of an account that has none configured: the same at every start, and useless for finding the auth token.
    /// </summary>
    public static byte[] DeriveWebhookSecret(string authToken) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(authToken), "crosspoint webhook secret v1"u8);

    /// <summary>The form in which Standard Webhooks libraries take a key.</summary>
    public static string FormatWebhookSecret(byte[] secret) => SecretPrefix + Convert.ToBase64String(secret);

    private static Account ReadAccount(ConfigSection section, Names names)
    {
        string sid = ReadSid(section, "AC", names.Sids) ?? "";
        string token = ReadSecret(section, "auth_token");
        byte[] webhookSecret = ReadWebhookSecret(section, "webhook_secret") ?? DeriveWebhookSecret(token);
        byte[]? previous = ReadWebhookSecret(section, "webhook_secret_previous");
        if (previous is not null && previous.AsSpan().SequenceEqual(webhookSecret))
            section.Fail("webhook_secret_previous", "is the secret that is in use; expected the one before it");
        var account = new Account
        {
            Sid = sid,
            Name = section.Text("name", most: 100, expected: "a name for people") ?? sid,
            AuthToken = token,
            Senders = section.Choice("senders", SenderPolicy.Any, SenderPolicies),
            Weight = section.Int("weight", 1, 1, 1000),
            Limits = LimitConfig.ReadOwn(section.Group("limits")),
            Numbers = ReadNumbers(section, names),
            ApiKeys = ReadKeys(section, names),
            Smpp = ReadCredentials(section, names),
            WebhookSecret = webhookSecret,
            WebhookSecretPrevious = previous,
            WebhookEndpoints = WebhookEndpointConfig.Read(section),
        };
        section.Close();
        CheckInbound(section, account, [.. account.Smpp.Select(static credential => credential.SystemId)]);
        return account;
    }

    /// <summary>The settings of an account that is kept apart from the file: without its credentials, and without secrets.</summary>
    /// <param name="systemIds">Of its credentials for binds.</param>
    public static Account ReadSettings(ConfigSection section, string sid, IReadOnlyCollection<string> systemIds)
    {
        var account = new Account
        {
            Sid = sid,
            Name = section.Text("name", most: 100, expected: "a name for people") ?? sid,
            IsEnabled = section.Bool("enabled", true),
            AuthToken = "",
            Senders = section.Choice("senders", SenderPolicy.Any, SenderPolicies),
            Weight = section.Int("weight", 1, 1, 1000),
            Limits = LimitConfig.ReadOwn(section.Group("limits")),
            Numbers = ReadNumbers(section, new(section.Errors)),
            WebhookSecret = [],
            WebhookEndpoints = WebhookEndpointConfig.Read(section, mayHaveSecrets: false),
        };
        section.Close();
        CheckInbound(section, account, systemIds);
        return account;
    }

    /// <summary>Whether a text is a SID of that kind.</summary>
    public static bool IsSid(string text, string prefix) =>
        text.Length == 34 && text.StartsWith(prefix, StringComparison.Ordinal) && !text.AsSpan(2).ContainsAnyExcept(Hex);

    private static void CheckInbound(ConfigSection section, Account account, IReadOnlyCollection<string> systemIds)
    {
        foreach (OwnedNumber number in account.Numbers)
        {
            bool isKnown = number.SystemId is null || systemIds.Contains(number.SystemId);
            if (!isKnown) section.Fail("numbers", $"{number.Number} names '{number.SystemId}' in 'smpp'; expected a system_id of the account");
        }
    }

    private static string? ReadSid(ConfigSection section, string prefix, UniqueNames unique)
    {
        string expected = $"'{prefix}' and 32 lower-case hex digits";
        string? sid = section.Text("sid", required: true, most: 34, expected: expected);
        if (sid is null) return null;
        if (!IsSid(sid, prefix))
        {
            section.Fail("sid", $"is '{sid}'; expected {expected}");
            return null;
        }

        unique.Add(sid, section.LineOf("sid"), section.PathOf("sid"));
        return sid;
    }

    private static string ReadSecret(ConfigSection section, string key)
    {
        string? secret = section.Text(key, required: true, most: 256, expected: "any text that is not empty");
        if (secret is { Length: < ShortTokenLength })
            section.Warn(key, $"has {secret.Length} characters; at least {ShortTokenLength} random ones keep it from being guessed");
        return secret ?? "";
    }

    private static List<OwnedNumber> ReadNumbers(ConfigSection account, Names names)
    {
        var numbers = new List<OwnedNumber>();
        foreach (ConfigSection section in account.Groups("numbers"))
        {
            const string Expected = "E.164 with '+', a short code of 3 to 8 digits, or a name of up to 11 characters";
            string? number = section.Text("number", required: true, most: 40, expected: Expected);
            if (number is not null)
            {
                if (Senders.TryClassify(number, out _, out string normalized))
                {
                    number = normalized;
                    names.Numbers.Add(number, section.LineOf("number"), section.PathOf("number"));
                }
                else
                {
                    section.Fail("number", $"is '{number}'; expected {Expected}");
                }
            }

            string? url = section.Text("inbound_url", most: 2048, expected: "an absolute http or https URL");
            if (url is not null && !IsHttpUrl(url))
            {
                section.Fail("inbound_url", "is not an absolute http or https URL");
                url = null;
            }

            CallbackForm form = section.Choice("inbound_format", CallbackForm.Twilio, Forms);
            string? systemId = section.Text("smpp", most: 15, expected: "a system_id of the account");
            if (number is not null) numbers.Add(new(number, url, form, systemId));
            section.Close();
        }

        return numbers;
    }

    private static bool IsHttpUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url.Host.Length > 0;

    private static List<ApiKey> ReadKeys(ConfigSection account, Names names)
    {
        var keys = new List<ApiKey>();
        foreach (ConfigSection section in account.Groups("api_keys"))
        {
            string? sid = ReadSid(section, "SK", names.Sids);
            string secret = ReadSecret(section, "secret");
            if (secret.Length > 0) names.Secrets.Add(secret, section.LineOf("secret"), section.PathOf("secret"), isSecret: true);
            if (sid is not null) keys.Add(new(sid, secret));
            section.Close();
        }

        return keys;
    }

    /// <summary>A key of native webhooks: the octets behind its prefix; null when absent or wrong.</summary>
    public static byte[]? ReadWebhookSecret(ConfigSection section, string key)
    {
        const string Expected = "'whsec_' and the base64 of 24 to 64 octets";
        string? text = section.Text(key, most: 200, expected: Expected);
        if (text is null) return null;
        byte[] secret = new byte[200];
        if (text.StartsWith(SecretPrefix, StringComparison.Ordinal) && Base64.IsValid(text.AsSpan(SecretPrefix.Length))
            && Convert.TryFromBase64String(text[SecretPrefix.Length..], secret, out int length)
            && length is >= 24 and <= 64)
            return secret[..length];
        section.Fail(key, $"is not well-formed; expected {Expected}");
        return null;
    }

    private static List<SmppCredential> ReadCredentials(ConfigSection account, Names names)
    {
        var credentials = new List<SmppCredential>();
        foreach (ConfigSection section in account.Groups("smpp"))
        {
            SmppCredential credential = ReadCredential(section, needsPassword: true);
            bool hasName = credential.SystemId.Length > 0;
            names.SystemIds.Add(hasName ? credential.SystemId : null, section.LineOf("system_id"), section.PathOf("system_id"));
            if (hasName) credentials.Add(credential);
        }

        return credentials;
    }

    /// <summary>Credentials for binds.</summary>
    /// <param name="needsPassword">False where one is made when none is given.</param>
    public static SmppCredential ReadCredential(ConfigSection section, bool needsPassword)
    {
        var defaults = new SmppCredential { SystemId = "", Password = "" };
        SmppCredential credential = defaults with
        {
            SystemId = section.Latin1("system_id", required: true, most: 15, expected: "at most 15 characters (SMPP v3.4 §5.2.1)") ?? "",
            Password = section.Latin1("password", needsPassword, most: 8, expected: "at most 8 characters (SMPP v3.4 §5.2.2)") ?? "",
            MaxBinds = section.Int("max_binds", defaults.MaxBinds, 1, 10_000),
            Binds = ReadBindTypes(section),
            InFlightWindow = section.Int("in_flight_window", defaults.InFlightWindow, 1, 10_000),
            DeliverWindow = section.Int("deliver_window", defaults.DeliverWindow, 1, 10_000),
            Rate = section.Number("rate", defaults.Rate, 0, 1_000_000),
            AllowFrom = section.Networks("allow_from"),
            MessageIds = section.Choice("message_ids", defaults.MessageIds, IdForms),
            Alphabet = section.Choice("default_alphabet", defaults.Alphabet, AlphabetConfig.Names),
            Class = section.Choice("class", defaults.Class, Classes),
            PriorityClasses = ReadPriorities(section.Group("priority_class")),
        };
        section.Close();
        return credential;
    }

    private static AllowedBinds ReadBindTypes(ConfigSection section)
    {
        if (section.Items("binds", "transmitter, receiver, transceiver") is not { } items) return AllowedBinds.All;
        AllowedBinds allowed = AllowedBinds.None;
        foreach (ConfigItem item in items)
        {
            if (BindTypes.TryGetValue(item.Text, out AllowedBinds kind)) allowed |= kind;
            else section.Errors.Add(item.Line, item.Path, $"is '{item.Text}'; expected one of: {string.Join(", ", BindTypes.Keys)}");
        }

        if (items.Count == 0) section.Fail("binds", "is empty; expected at least one of: transmitter, receiver, transceiver");
        return allowed;
    }

    private static TrafficClass?[] ReadPriorities(ConfigSection? section)
    {
        if (section is null) return [];
        var classes = new TrafficClass?[4];
        for (int i = 0; i < classes.Length; i++)
        {
            string key = i.ToString(CultureInfo.InvariantCulture);
            if (section.Has(key)) classes[i] = section.Choice(key, TrafficClass.Transactional, Classes);
        }

        section.Close();
        return classes;
    }

    private sealed class Names(ConfigErrors errors)
    {
        public UniqueNames Sids { get; } = new(errors, "sid");

        public UniqueNames Numbers { get; } = new(errors, "number");

        public UniqueNames Secrets { get; } = new(errors, "secret of the key");

        public UniqueNames SystemIds { get; } = new(errors, "system_id");
    }
}
