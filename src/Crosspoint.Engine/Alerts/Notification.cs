namespace Crosspoint.Engine.Alerts;

/// <summary>What a notifier is told.</summary>
public enum NotificationEvent : byte
{
    /// <summary>There is something, or it has become worse.</summary>
    Trigger,

    /// <summary>It lasts, and nobody has acknowledged it.</summary>
    Remind,

    Acknowledge,

    Resolve,

    /// <summary>Somebody tries whether notifications arrive.</summary>
    Test,
}

/// <summary>An alert on its way to people.</summary>
/// <param name="Id">Unique: receivers tell repeats by it.</param>
/// <param name="At">Wall time in microseconds.</param>
public sealed record Notification(string Id, NotificationEvent Event, Alert Alert, long At)
{
    /// <summary>The notifier that the alert is about, and that is not told of itself; null for none.</summary>
    public string? About => Alert.Rule == "notifier" && Alert.Labels.TryGetValue("notifier", out string[]? names) ? names[0] : null;
}
