using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Identity;

/// <summary>A session as it is in memory.</summary>
internal sealed class Session(SessionRecord record) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private long _seenAt = record.SeenAt;

    public SessionRecord Record { get; } = record;

    /// <summary>Names it to people; opens nothing.</summary>
    public string Id { get; } = IdOf(record.TokenHash);

    /// <summary>Last use, in microseconds.</summary>
    public long SeenAt
    {
        get => Volatile.Read(ref _seenAt);
        set => Volatile.Write(ref _seenAt, value);
    }

    /// <summary>When its last use was stored last.</summary>
    public long StoredAt { get; set; } = record.SeenAt;

    /// <summary>Canceled when the session ends: what it has open ends with it.</summary>
    public CancellationToken Ended => _ended.Token;

    // The source itself is left to the collector: whoever found the session a moment ago may still ask for its token.
    public void Dispose() => _ended.Cancel();

    public static string IdOf(byte[] tokenHash) => $"SE{Convert.ToHexStringLower(tokenHash.AsSpan(0, 16))}";
}
