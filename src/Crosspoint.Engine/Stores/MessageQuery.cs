using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Stores;

/// <summary>A filter over messages. Everything that is set must hold.</summary>
/// <param name="AccountSid">Whose; null for those of all accounts.</param>
/// <param name="CreatedFrom">Microseconds, inclusive; null for no bound.</param>
/// <param name="CreatedBefore">Microseconds, exclusive; null for no bound.</param>
/// <param name="BeforeKey">The cursor: only keys below it; null for the newest page.</param>
/// <param name="Limit">1 to 1000.</param>
/// <param name="States">Bit n: messages in the <see cref="MessageState"/> n; 0 for all.</param>
public sealed record MessageQuery(
    string? AccountSid, string? To, string? From, long? CreatedFrom, long? CreatedBefore, long? BeforeKey, int Limit,
    uint States = 0)
{
    /// <summary>Only those that ended with this public error code; null for all.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>Only those with this tag; null for all.</summary>
    public string? Tag { get; init; }

    /// <summary>
    /// Only those that were tried on this connection, that it brought, or that are copies for it; null for all but copies for test connections.
    /// </summary>
    public string? Connection { get; init; }

    public TrafficClass? Class { get; init; }

    public MessageDirection? Direction { get; init; }

    public static uint StateBit(MessageState state) => 1u << (int)state;

    public bool PassesState(MessageState state) => States == 0 || (States & StateBit(state)) != 0;

    /// <summary>Whether a message is one of those that are asked for; the cursor and the limit aside.</summary>
    public bool Passes(Message message)
    {
        MessageHead head = message.Head;
        return (AccountSid is null || head.AccountSid == AccountSid)
            && PassesState(message.State)
            && (To is null || head.To == To)
            && (From is null || head.From == From)
            && (CreatedFrom is null || head.CreatedAt >= CreatedFrom)
            && (CreatedBefore is null || head.CreatedAt < CreatedBefore)
            && (ErrorCode is null || message.ErrorCode == ErrorCode)
            && (Class is null || head.Class == Class)
            && (Direction is null || head.Direction == Direction)
            && (Tag is null || HasTag(head.Tags, Tag))
            && (Connection is null ? !head.IsCopy : Concerns(message, Connection));
    }

    private static bool HasTag(IReadOnlyList<string> tags, string tag)
    {
        for (int i = 0; i < tags.Count; i++)
        {
            if (tags[i] == tag) return true;
        }

        return false;
    }

    private static bool Concerns(Message message, string connection)
    {
        if (message.Head.Connection == connection) return true;
        foreach (Attempt attempt in message.Attempts)
        {
            if (attempt.Connection == connection) return true;
        }

        return false;
    }
}
