using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Engine.Webhooks;

/// <summary>Which addresses are on the public internet. Everything else could be a way into the operator's own network.</summary>
internal static class AddressRules
{
    // IANA IPv4 Special-Purpose Address Registry, and what is not unicast.
    private static readonly (uint Network, int Bits)[] Special4 =
    [
        (0x00000000, 8), (0x0A000000, 8), (0x64400000, 10), (0x7F000000, 8), (0xA9FE0000, 16), (0xAC100000, 12), (0xC0000000, 24),
        (0xC0000200, 24), (0xC0586300, 24), (0xC0A80000, 16), (0xC6120000, 15), (0xC6336400, 24), (0xCB007100, 24), (0xE0000000, 3),
    ];

    public static bool IsPublic(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        if (!address.TryWriteBytes(octets, out int length)) return false;
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => IsPublic4(octets[..4]),
            AddressFamily.InterNetworkV6 => length == 16 && IsPublic6(octets),
            _ => false,
        };
    }

    private static bool IsPublic4(ReadOnlySpan<byte> octets)
    {
        uint address = BinaryPrimitives.ReadUInt32BigEndian(octets);
        foreach ((uint network, int bits) in Special4)
        {
            if ((address ^ network) >> (32 - bits) == 0) return false;
        }

        return true;
    }

    private static bool IsPublic6(ReadOnlySpan<byte> octets)
    {
        uint first = BinaryPrimitives.ReadUInt32BigEndian(octets);

        // 64:ff9b::/96, NAT64 (RFC 6052 §2.1), and ::ffff:0:0/96: as good as the IPv4 address inside.
        if (first == 0x0064_FF9B && octets[4..12].IndexOfAnyExcept((byte)0) < 0) return IsPublic4(octets[12..]);
        if (octets[..10].IndexOfAnyExcept((byte)0) < 0 && octets[10] == 0xFF && octets[11] == 0xFF) return IsPublic4(octets[12..]);

        // Of the rest only 2000::/3 is global unicast (RFC 4291 §2.4).
        if (first >> 29 != 0b001) return false;

        // 2001::/23 is for protocols (Teredo, ORCHID, benchmarks); 2001:db8::/32 and 3fff::/20 are for documents.
        if (first >> 9 == 0x2001_0000 >> 9 || first == 0x2001_0DB8 || first >> 12 == 0x3FFF_0000 >> 12) return false;

        // 2002::/16, 6to4 (RFC 3056 §2), and an ISATAP interface identifier (RFC 5214 §6.1) carry an IPv4 address.
        if (first >> 16 == 0x2002) return IsPublic4(octets[2..6]);
        if ((octets[8] & 0xFD) == 0 && octets[9] == 0 && octets[10] == 0x5E && octets[11] == 0xFE) return IsPublic4(octets[12..]);
        return true;
    }
}
