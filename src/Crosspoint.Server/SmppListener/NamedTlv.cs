using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Crosspoint.Server.SmppListener;

/// <summary>How the value of a vendor's TLV is written.</summary>
public enum NamedTlvType
{
    /// <summary>Text with a closing null, which may be missing.</summary>
    CString,

    /// <summary>Octets, shown as hexadecimal digits.</summary>
    Octets,

    /// <summary>A number of one, two or four octets.</summary>
    Number,
}

/// <summary>A TLV of customers' submissions that becomes metadata of the message, from where a connection's <c>tlvs</c> take it.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Name">The metadata's name.</param>
/// <param name="MostLength">Longest value in octets, a closing null included.</param>
/// <param name="IsRequired">A submission without it is answered ESME_RMISSINGTLV.</param>
public sealed record NamedTlv(ushort Tag, string Name, NamedTlvType Type, int MostLength, bool IsRequired)
{
    /// <summary>The value as metadata; null when it is not of the type, or too long.</summary>
    public string? Read(ReadOnlySpan<byte> value)
    {
        if (value.Length > MostLength) return null;
        switch (Type)
        {
            case NamedTlvType.CString:
                int end = value.IndexOf((byte)0);
                return Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
            case NamedTlvType.Octets:
                return Convert.ToHexStringLower(value);
            default:
                uint? number = value.Length switch
                {
                    1 => value[0],
                    2 => BinaryPrimitives.ReadUInt16BigEndian(value),
                    4 => BinaryPrimitives.ReadUInt32BigEndian(value),
                    _ => null,
                };
                return number?.ToString(CultureInfo.InvariantCulture);
        }
    }
}
