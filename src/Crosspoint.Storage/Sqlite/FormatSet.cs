using Crosspoint.Engine.Messages;

namespace Crosspoint.Storage.Sqlite;

/// <summary>The formats in which a receipt may write what an answer wrote, given how the one stands to the other.</summary>
/// <param name="IsSame">The receipt's id is the answer's.</param>
/// <param name="IsDecimal">It is the answer's, read as hexadecimal, in decimal.</param>
/// <param name="IsHex">It is the answer's, read as decimal, in hexadecimal.</param>
internal readonly record struct FormatSet(bool IsSame, bool IsDecimal, bool IsHex)
{
    public bool Contains(VendorIdFormat format) => format switch
    {
        VendorIdFormat.Auto => true,
        VendorIdFormat.Same => IsSame,
        VendorIdFormat.HexDec => IsDecimal,
        VendorIdFormat.DecHex => IsHex,
        _ => false,
    };
}
