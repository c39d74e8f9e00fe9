using System.Net;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Engine.Accounts;

/// <summary>How message ids are written to an SMPP customer.</summary>
public enum SubmitIdForm
{
    /// <summary>The UUID of the message's own id, with hyphens: 36 characters.</summary>
    Uuid,

    /// <summary>A number as 16 hexadecimal digits.</summary>
    Hex,

    /// <summary>The same number in decimal: up to 19 digits, and always below 2^63.</summary>
    Decimal,
}

/// <summary>The bind operations that a credential may use.</summary>
[Flags]
public enum AllowedBinds
{
    None = 0,
    Transmitter = 1,
    Receiver = 2,
    Transceiver = 4,
    All = Transmitter | Receiver | Transceiver,
}

/// <summary>What an account's SMPP client binds with, and what it may do then.</summary>
public sealed record SmppCredential
{
    /// <summary>1 to 15 characters, unlike any other.</summary>
    public required string SystemId { get; init; }

    /// <summary>1 to 8 characters.</summary>
    public required string Password { get; init; }

    /// <summary>Binds at once.</summary>
    public int MaxBinds { get; init; } = 1;

    public AllowedBinds Binds { get; init; } = AllowedBinds.All;

    /// <summary>Requests of a session that may wait for our answer; more are answered ESME_RTHROTTLED.</summary>
    public int InFlightWindow { get; init; } = 10;

    /// <summary>deliver_sm of a session that may wait for the customer's answer.</summary>
    public int DeliverWindow { get; init; } = 10;

    /// <summary>Segments a second over all sessions; more are answered ESME_RTHROTTLED. 0 for no cap.</summary>
    public double Rate { get; init; }

    /// <summary>Networks that it may bind from; empty for any.</summary>
    public IReadOnlyList<IPNetwork> AllowFrom { get; init; } = [];

    public SubmitIdForm MessageIds { get; init; }

    /// <summary>What data_coding 0 means, both ways.</summary>
    public DefaultAlphabet Alphabet { get; init; }

    /// <summary>The class of its messages where the priority names none.</summary>
    public TrafficClass Class { get; init; }

    /// <summary>The class for each priority_flag from 0 to 3; null for <see cref="Class"/>.</summary>
    public IReadOnlyList<TrafficClass?> PriorityClasses { get; init; } = [];

    /// <summary>Without the password.</summary>
    public override string ToString() => SystemId;

    /// <summary>The class of a message with that priority_flag.</summary>
    public TrafficClass ClassOf(byte priority) =>
        priority < PriorityClasses.Count && PriorityClasses[priority] is { } named ? named : Class;
}

/// <summary>A credential with its account.</summary>
public sealed record SmppLogin(Account Account, SmppCredential Credential);
