using System.Collections.Frozen;
using System.Globalization;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Server.Api.TwilioCompat;

/// <summary>
/// The form of a request to create a message. Every parameter either works or is refused by name; those that ask for what happens anyway
/// are taken.
/// </summary>
internal struct CreateParameters
{
    // What the API knows and this gateway does not do yet, with the one value that asks for nothing that we do not do (null: none does).
    private static readonly FrozenDictionary<string, string?> NotServed = new Dictionary<string, string?>
    {
        ["MessagingServiceSid"] = null,
        ["FallbackFrom"] = null,
        ["MediaUrl"] = null,
        ["ContentSid"] = null,
        ["ContentVariables"] = null,
        ["ApplicationSid"] = null,
        ["ShortenUrls"] = "false",
        ["SendAsMms"] = "false",
        ["ContentRetention"] = "retain",
        ["AddressRetention"] = "retain",
        ["Attempt"] = null,
        ["RiskCheck"] = "disable",
        ["TrafficType"] = null,
        ["ForceDelivery"] = "false",
        ["PersistentAction"] = null,
        ["MaxPrice"] = null,
        ["Tags"] = null,
    }.ToFrozenDictionary();

    private static readonly string[] SendAtForms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    private string? _to;
    private string? _from;
    private string? _body;
    private string? _statusCallback;
    private int? _validity;
    private bool _smartEncoded;
    private bool _provideFeedback;
    private bool _isScheduled;
    private DateTimeOffset? _sendAt;

    /// <summary>Names of the parameters that work, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Served { get; } =
        ["To", "From", "Body", "StatusCallback", "ValidityPeriod", "SmartEncoded", "ProvideFeedback", "ScheduleType", "SendAt"];

    public static IEnumerable<string> Refused => NotServed.Keys;

    /// <summary>Reads the form. Null when it is right.</summary>
    public static TwilioError? Read(ReadOnlySpan<byte> form, Account account, string? traceParent, out SendRequest? request)
    {
        request = null;
        var parameters = new CreateParameters();
        var reader = new FormReader(form);
        int seen = 0;
        while (reader.Read())
        {
            int index = IndexOf(reader);
            if (index < 0)
            {
                if (CheckOther(reader) is { } refused) return refused;
                continue;
            }

            if ((seen & 1 << index) != 0) return TwilioError.Parameter($"Parameter '{Served[index]}' is given twice");
            seen |= 1 << index;
            if (reader.Value is not { } value) return TwilioError.Parameter($"Parameter '{Served[index]}' is not valid UTF-8");
            if (value.Length > 0 && parameters.Take(index, value) is { } wrong) return wrong;
        }

        if (parameters._isScheduled && parameters._sendAt is null)
            return new(ErrorCodes.ScheduleTimeMissing, 400, ErrorCodes.MessageFor(ErrorCodes.ScheduleTimeMissing)!);
        if (!parameters._isScheduled && parameters._sendAt is not null)
            return TwilioError.Parameter("Parameter 'SendAt' goes with 'ScheduleType=fixed'");
        request = new()
        {
            Account = account,
            SendAt = parameters._sendAt,
            To = parameters._to,
            From = parameters._from,
            Body = parameters._body,
            CallbackUrl = parameters._statusCallback,
            CallbackForm = CallbackForm.Twilio,
            ValiditySeconds = parameters._validity,
            SmartEncoded = parameters._smartEncoded,
            ProvideFeedback = parameters._provideFeedback,
            TraceParent = traceParent,
        };
        return null;
    }

    private static int IndexOf(in FormReader reader)
    {
        if (reader.NameIs("To"u8)) return 0;
        if (reader.NameIs("From"u8)) return 1;
        if (reader.NameIs("Body"u8)) return 2;
        if (reader.NameIs("StatusCallback"u8)) return 3;
        if (reader.NameIs("ValidityPeriod"u8)) return 4;
        if (reader.NameIs("SmartEncoded"u8)) return 5;
        if (reader.NameIs("ProvideFeedback"u8)) return 6;
        if (reader.NameIs("ScheduleType"u8)) return 7;
        return reader.NameIs("SendAt"u8) ? 8 : -1;
    }

    private static TwilioError? CheckOther(in FormReader reader)
    {
        string name = reader.Name ?? "?";
        if (!NotServed.TryGetValue(name, out string? harmless))
            return TwilioError.Parameter($"Unknown parameter '{(name.Length > 64 ? name[..64] : name)}'");
        string value = reader.Value ?? "?";
        if (value.Length == 0 || string.Equals(value, harmless, StringComparison.OrdinalIgnoreCase)) return null;
        string but = harmless is null ? "" : $" other than '{harmless}'";
        return TwilioError.Parameter($"Parameter '{name}'{but} is not supported by this version of the gateway");
    }

    private TwilioError? Take(int index, string value)
    {
        switch (index)
        {
            case 0:
                _to = value;
                return null;
            case 1:
                _from = value;
                return null;
            case 2:
                _body = value;
                return null;
            case 3:
                _statusCallback = value;
                return null;
            case 4:
                if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds))
                {
                    _validity = seconds;
                    return null;
                }

                string text = ErrorCodes.MessageFor(ErrorCodes.ValidityInvalid)!;
                return new(ErrorCodes.ValidityInvalid, 400, $"{text}: expected a whole number of seconds from 1 to 36000");
            case 5:
                return TryReadBool(value, out _smartEncoded) ? null : NotBool(index);
            case 6:
                return TryReadBool(value, out _provideFeedback) ? null : NotBool(index);
            case 7:
                _isScheduled = value == "fixed";
                return _isScheduled ? null : TwilioError.Parameter("Parameter 'ScheduleType' must be 'fixed'");
            default:
                bool hasZone = value.EndsWith('Z') || (value.Length > 6 && value[^6] is '+' or '-');
                if (hasZone && DateTimeOffset.TryParseExact(
                    value, SendAtForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset sendAt))
                {
                    _sendAt = sendAt;
                    return null;
                }

                return TwilioError.Parameter("Parameter 'SendAt' must be a time in ISO 8601 with its zone, such as 2026-01-31T12:00:00Z");
        }
    }

    private static TwilioError NotBool(int index) => TwilioError.Parameter($"Parameter '{Served[index]}' must be true or false");

    private static bool TryReadBool(string value, out bool result) => bool.TryParse(value, out result);
}
