namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// What the journal keeps of a receiver: since when it fails or is disabled, and why. A mark's name is account and URL, its value the time
/// in microseconds and, in the lowest bits, which of these it is.
/// </summary>
internal static class EndpointMark
{
    public const string Prefix = "webhook:";
    private const int KindBits = 3;
    private const int FailingKind = 1;
    private const int SidLength = 34;

    public static string NameOf(EndpointKey key) => $"{Prefix}{key.AccountSid}:{key.Url}";

    /// <summary>0 when there is nothing to keep.</summary>
    public static long ValueOf(EndpointTrouble trouble)
    {
        if (trouble.Disabled != DisabledBecause.None) return trouble.DisabledSince << KindBits | (long)trouble.Disabled;
        return trouble.FailingSince == 0 ? 0 : trouble.FailingSince << KindBits | FailingKind;
    }

    public static bool TryRead(string name, long value, out EndpointKey key, out EndpointTrouble trouble)
    {
        key = default;
        trouble = new() { IsMarked = true };
        int url = Prefix.Length + SidLength + 1;
        if (name.Length <= url || name[url - 1] != ':') return false;
        key = new(name[Prefix.Length..(url - 1)], name[url..]);
        long since = value >> KindBits;
        switch (value & ((1 << KindBits) - 1))
        {
            case FailingKind:
                trouble.FailingSince = since;
                return true;
            case (long)DisabledBecause.Failing:
            case (long)DisabledBecause.Asked:
                trouble.Disabled = (DisabledBecause)(value & ((1 << KindBits) - 1));
                trouble.DisabledSince = since;
                return true;
            default:
                return false;
        }
    }
}
