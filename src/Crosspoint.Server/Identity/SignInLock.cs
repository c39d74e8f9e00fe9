using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Identity;

/// <summary>When a name is locked: after ten failures in a quarter of an hour, each time for twice as long, up to a day. Times are microseconds.</summary>
internal static class SignInLock
{
    public const int MostFailures = 10;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan First = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>How long no one can sign in with the name; zero when it is open.</summary>
    public static TimeSpan Remaining(SignInTries? tries, long now) =>
        tries is null || tries.LockedUntil <= now ? TimeSpan.Zero : TimeSpan.FromMicroseconds(tries.LockedUntil - now);

    /// <summary>After one more failure.</summary>
    public static SignInTries Fail(SignInTries? before, byte[] nameHash, long now)
    {
        bool isNew = before is null || IsOver(before, now);
        bool goesOn = !isNew && now - before!.Since < Micros(Window) && before.Failed < MostFailures;
        SignInTries tries = new(nameHash, goesOn ? before!.Failed + 1 : 1, goesOn ? before!.Since : now, isNew ? 0 : before!.Locks, 0);
        if (tries.Failed < MostFailures) return tries;
        TimeSpan length = TimeSpan.FromTicks(Math.Min(First.Ticks << Math.Min(tries.Locks, 16), Longest.Ticks));
        return tries with { Locks = tries.Locks + 1, LockedUntil = now + Micros(length) };
    }

    /// <summary>Nothing happened for a day after the last lock or window: what was before counts no more.</summary>
    public static bool IsOver(SignInTries tries, long now) => Math.Max(tries.Since, tries.LockedUntil) + Micros(Longest) < now;

    private static long Micros(TimeSpan span) => (long)span.TotalMicroseconds;
}
