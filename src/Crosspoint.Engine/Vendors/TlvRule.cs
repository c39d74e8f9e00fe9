using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Vendors;

/// <summary>How the value of a TLV is written.</summary>
public enum TlvType
{
    /// <summary>ASCII and a closing null.</summary>
    CString,

    /// <summary>The text as it is, in UTF-8, without a null.</summary>
    Octets,

    /// <summary>Octets that are given as hexadecimal digits.</summary>
    Hex,

    /// <summary>A number of 8 bits.</summary>
    U8,

    /// <summary>A number of 16 bits, big-endian.</summary>
    U16,

    /// <summary>A number of 32 bits, big-endian.</summary>
    U32,
}

/// <summary>One TLV that a connection adds to each submit_sm.</summary>
/// <param name="Value">The fixed text; null when the value comes from the message.</param>
/// <param name="From">Name of the message's metadata; null for a fixed value.</param>
/// <param name="Required">The carrier takes no message without it.</param>
public sealed record TlvRule(ushort Tag, TlvType Type, string? Value, string? From, bool Required)
{
    /// <summary>Octets of the longest value: 255 characters of metadata in UTF-8.</summary>
    public const int MostBytes = Metadata.MostValueCharacters * 3;

    private readonly byte[]? _fixed = Value is null ? null : Encode(Type, Value);

    /// <summary>Writes a value.</summary>
    /// <returns>Octets written; -1 when the text cannot be written as this type.</returns>
    public static int Write(TlvType type, ReadOnlySpan<char> text, Span<byte> destination)
    {
        switch (type)
        {
            case TlvType.CString:
                if (text.ContainsAnyExceptInRange('\u0001', '\u007f') || text.Length >= destination.Length) return -1;
                destination[text.Length] = 0;
                return Encoding.ASCII.GetBytes(text, destination) + 1;
            case TlvType.Octets:
                return Encoding.UTF8.TryGetBytes(text, destination, out int written) ? written : -1;
            case TlvType.Hex:
                return Convert.FromHexString(text, destination, out _, out int octets) == OperationStatus.Done ? octets : -1;
            default:
                int bytes = type switch { TlvType.U8 => 1, TlvType.U16 => 2, _ => 4 };
                if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)) return -1;
                if (bytes < 4 && number >> (bytes * 8) != 0) return -1;
                Span<byte> whole = stackalloc byte[4];
                BinaryPrimitives.WriteUInt32BigEndian(whole, number);
                whole[^bytes..].CopyTo(destination);
                return bytes;
        }
    }

    /// <summary>The octets of a fixed value; null when it cannot be written as its type.</summary>
    public static byte[]? Encode(TlvType type, string value)
    {
        byte[] octets = new byte[MostBytes];
        int length = Write(type, value, octets);
        return length < 0 ? null : octets[..length];
    }

    /// <summary>Adds the TLV.</summary>
    /// <param name="scratch"><see cref="MostBytes"/> octets to work in.</param>
    /// <returns>Ok, also when nothing is there to be written; RMISSINGTLV or RINVTLVVAL when the message must not go out so.</returns>
    public CommandStatus AddTo(ref TlvWriter tlvs, Metadata metadata, Span<byte> scratch)
    {
        if (_fixed is not null)
        {
            tlvs.Add((TlvTag)Tag, _fixed);
            return CommandStatus.Ok;
        }

        string? text = From is null ? null : metadata.Find(From);
        if (string.IsNullOrEmpty(text)) return Required ? CommandStatus.MissingTlv : CommandStatus.Ok;
        int length = Write(Type, text, scratch);
        if (length < 0) return CommandStatus.InvalidTlvValue;
        tlvs.Add((TlvTag)Tag, scratch[..length]);
        return CommandStatus.Ok;
    }
}
