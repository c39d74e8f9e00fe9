using System.Diagnostics.CodeAnalysis;

namespace Crosspoint.Engine.Dispatch;

/// <summary>An account, or one of its batches.</summary>
/// <param name="Batch">Empty for the account as a whole.</param>
internal readonly record struct TrafficKey(string AccountSid, string Batch)
{
    /// <summary>Marks of this kind hold the state.</summary>
    public const string StatePrefix = "traffic:";

    /// <summary>Marks of this kind hold the key of the last message that is being canceled.</summary>
    public const string CancelPrefix = "cancel:";

    /// <summary>Marks of this kind hold the number of messages that were canceled.</summary>
    public const string CountPrefix = "canceled:";

    private const int SidLength = 34;

    public bool IsAccount => Batch.Length == 0;

    public string MarkOf(string prefix) => $"{prefix}{AccountSid}:{Batch}";

    public static bool TryRead(string mark, string prefix, [MaybeNullWhen(false)] out TrafficKey key)
    {
        key = default;
        int colon = prefix.Length + SidLength;
        if (mark.Length <= colon || mark[colon] != ':') return false;
        key = new(mark[prefix.Length..colon], mark[(colon + 1)..]);
        return true;
    }
}
