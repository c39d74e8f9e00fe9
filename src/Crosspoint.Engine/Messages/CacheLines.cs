using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Crosspoint.Engine.Messages;

/// <summary>Reads memory before it is needed.</summary>
internal static class CacheLines
{
    private const int Octets = 64;

    /// <summary>
    /// Reads something of each line of the processor's cache that a span takes: they are then fetched side by side, in place of one after the other where
    /// each of them is asked for.
    /// </summary>
    public static void Fetch<T>(ReadOnlySpan<T> span)
        where T : unmanaged
    {
        ReadOnlySpan<ulong> all = MemoryMarshal.Cast<T, ulong>(span);
        ulong sum = 0;
        for (int i = 0; i < all.Length; i += Octets / sizeof(ulong)) sum |= all[i];
        Drop(sum);
    }

    // What nobody uses is not read.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop(ulong value) => _ = value;
}
