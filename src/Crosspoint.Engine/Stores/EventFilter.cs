using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Stores;

/// <summary>
/// Which events a reader of the log wants. Everything that is set must hold. Those of copies for test connections are nobody's, and never pass.
/// </summary>
public sealed record EventFilter
{
    /// <summary>Every event of every account.</summary>
    public static readonly EventFilter All = new();

    /// <summary>Only this account's; null for all.</summary>
    public string? AccountSid { get; init; }

    /// <summary>Bit n: events of the <see cref="EventKind"/> n; 0 for all.</summary>
    public ulong Kinds { get; init; }

    /// <summary>Bit n: events after which the message is in the <see cref="MessageState"/> n; 0 for all.</summary>
    public uint States { get; init; }

    /// <summary>Only this message's; null for all.</summary>
    public MessageId? Message { get; init; }

    public string? To { get; init; }

    public string? From { get; init; }

    public TrafficClass? Class { get; init; }

    /// <summary>Only messages with this tag; null for all.</summary>
    public string? Tag { get; init; }

    /// <summary>Only events that concern this connection, and inbound messages that it brought; null for all.</summary>
    public string? Connection { get; init; }

    /// <summary>The filter asks for what the log's entries do not say: the message must be read.</summary>
    public bool NeedsMessage => Message is not null || To is not null || From is not null || Class is not null || Tag is not null || Connection is not null;

    /// <summary>What the log's entry alone can tell, but for the account.</summary>
    public bool MayPass(long key, EventKind kind, MessageState state) =>
        (Kinds == 0 || (Kinds >> (int)kind & 1) != 0)
        && (States == 0 || (States >> (int)state & 1) != 0)
        && (Message is not { } id || id.Key == key);

    public bool Passes(in LoggedEvent entry)
    {
        MessageHead head = entry.Head;
        return (AccountSid is null || ReferenceEquals(AccountSid, head.AccountSid) || AccountSid == head.AccountSid)
            && !head.IsCopy
            && MayPass(head.Id.Key, entry.Event.Kind, entry.Event.State)
            && (!NeedsMessage || PassesMessage(head, entry.Event));
    }

    private bool PassesMessage(MessageHead head, MessageEvent entry) =>
        (Message is not { } id || id == head.Id)
        && (To is null || To == head.To)
        && (From is null || From == head.From)
        && (Class is null || Class == head.Class)
        && (Connection is null || Connection == (entry.Connection ?? head.Connection))
        && (Tag is null || HasTag(head.Tags, Tag));

    private static bool HasTag(IReadOnlyList<string> tags, string tag)
    {
        for (int i = 0; i < tags.Count; i++)
        {
            if (tags[i] == tag) return true;
        }

        return false;
    }
}
