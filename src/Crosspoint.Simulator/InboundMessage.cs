using Crosspoint.Simulator.Behaviours;

namespace Crosspoint.Simulator;

/// <summary>A text that a handset sends.</summary>
/// <param name="From">The handset's number.</param>
/// <param name="To">The number or short code that it sends to.</param>
/// <param name="Text">The text; long ones become several parts.</param>
public sealed record InboundMessage(string From, string To, string Text)
{
    /// <summary>How the parts of a long text are marked.</summary>
    public LongForm LongAs { get; init; } = LongForm.Udh;

    /// <summary>Order in which the parts are sent, counted from 1; null = in order. A part may come twice, or not at all.</summary>
    public IReadOnlyList<int>? Parts { get; init; }

    /// <summary>Who gets it; null = whoever is bound to receive, in turn, else whoever was known first.</summary>
    public string? SystemId { get; init; }
}

/// <summary>What became of a text that a handset sent.</summary>
public enum InboundOutcome
{
    /// <summary>On its way, or waiting for a bind.</summary>
    Queued,

    /// <summary>Nobody has ever bound, or not under that system_id.</summary>
    NoCustomer,

    /// <summary>The text has more than 255 parts.</summary>
    TooLong,

    /// <summary>A part number that the text does not have.</summary>
    NoSuchPart,

    /// <summary>Too much waits for the customer already.</summary>
    QueueFull,
}

/// <summary>What became of a text that a handset sent, and how many parts were queued.</summary>
public readonly record struct InboundResult(InboundOutcome Outcome, int Parts);
