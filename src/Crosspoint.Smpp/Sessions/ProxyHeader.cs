using System.Buffers.Binary;
using System.Net;

namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// The binary header, version 2, of the PROXY protocol: what a load balancer says about the connection it passes on. Its TLVs are skipped.
/// </summary>
internal static class ProxyHeader
{
    /// <summary>Octets before the addresses.</summary>
    public const int FixedBytes = 16;

    // Addresses take 36; the rest is for TLVs, of which the longest in use (names, the client's certificate's name) stay far below.
    public const int MostVariableBytes = 2048;

    private const byte Local = 0x20;
    private const byte Proxied = 0x21;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;
    private const int IPv4Bytes = 12;
    private const int IPv6Bytes = 36;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Judges the first octets.</summary>
    /// <param name="start"><see cref="FixedBytes"/> octets.</param>
    /// <param name="variableBytes">The octets that follow: addresses and TLVs.</param>
    /// <returns>False for anything that is no such header for TCP.</returns>
    public static bool TryReadStart(ReadOnlySpan<byte> start, out int variableBytes)
    {
        variableBytes = 0;
        if (start.Length != FixedBytes || !start.StartsWith(Signature)) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(start[14..]);
        if (length > MostVariableBytes) return false;
        bool isSound = (start[12], start[13]) switch
        {
            (Local, _) => true,
            (Proxied, TcpOverIPv4) => length >= IPv4Bytes,
            (Proxied, TcpOverIPv6) => length >= IPv6Bytes,
            _ => false,
        };
        if (isSound) variableBytes = length;
        return isSound;
    }

    /// <summary>The announced client.</summary>
    /// <param name="start">Octets that <see cref="TryReadStart"/> has accepted.</param>
    /// <param name="addresses">The octets that followed.</param>
    /// <returns>Null when the proxy speaks for itself (LOCAL), as it does to see whether the server lives.</returns>
    public static IPEndPoint? ReadSource(ReadOnlySpan<byte> start, ReadOnlySpan<byte> addresses)
    {
        if (start[12] == Local) return null;
        return start[13] == TcpOverIPv4
            ? new IPEndPoint(new IPAddress(addresses[..4]), BinaryPrimitives.ReadUInt16BigEndian(addresses[8..]))
            : new IPEndPoint(new IPAddress(addresses[..16]), BinaryPrimitives.ReadUInt16BigEndian(addresses[32..]));
    }
}
