using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Crosspoint.Benchmarks.Routing;

/// <summary>Processor time of the thread, so that other programs on the machine do not count; wall time where the system does not tell it.</summary>
internal static partial class ThreadTime
{
    private const int ClockThreadCpuTime = 3;

    public static TimeSpan Now =>
        OperatingSystem.IsLinux() && ReadClock(ClockThreadCpuTime, out TimeSpec time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : Stopwatch.GetElapsedTime(0);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
