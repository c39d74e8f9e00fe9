using System.Collections.Concurrent;
using System.Globalization;
using Crosspoint.Engine.Messages;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Receipts;

/// <summary>
/// What <c>message_id_format: auto</c> found out: how each connection's carrier writes an id in its receipts, compared with its answers. It
/// decides nothing, and tells the operator what to write into the configuration. Thread-safe.
/// </summary>
internal sealed partial class LearnedIdFormats(ILogger logger)
{
    private const string Mixed = "mixed";

    private readonly ConcurrentDictionary<string, string> _byConnection = new(StringComparer.Ordinal);

    /// <summary><c>same</c>, <c>hex_dec</c>, <c>dec_hex</c>, <c>mixed</c> when it saw more than one; null before the first receipt.</summary>
    public string? Of(string connection) => _byConnection.GetValueOrDefault(connection);

    /// <summary>Which of the fixed pairs an answer and a receipt show; null when none does.</summary>
    public static VendorIdFormat? Compare(string? inAnswer, string inReceipt)
    {
        if (inAnswer is null) return null;
        if (IsHexOf(inAnswer, inReceipt)) return VendorIdFormat.HexDec;
        return IsHexOf(inReceipt, inAnswer) ? VendorIdFormat.DecHex : null;
    }

    /// <summary>Notes a match. One line for each connection when its first is known, and one more when they contradict each other.</summary>
    public void Note(string connection, VendorIdFormat format)
    {
        string name = NameOf(format);
        if (_byConnection.TryGetValue(connection, out string? known))
        {
            if (known == name || known == Mixed || !_byConnection.TryUpdate(connection, Mixed, known)) return;
            Log.Contradicts(logger, connection, known, name);
            return;
        }

        if (_byConnection.TryAdd(connection, name)) Log.Learned(logger, connection, name);
    }

    private static bool IsHexOf(string hex, string number) =>
        UInt128.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 left)
        && UInt128.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 right)
        && left == right;

    private static string NameOf(VendorIdFormat format) => format switch
    {
        VendorIdFormat.HexDec => "hex_dec",
        VendorIdFormat.DecHex => "dec_hex",
        _ => "same",
    };

    private static partial class Log
    {
        [LoggerMessage(2210, LogLevel.Information, "Connection {Connection}: message_id_format auto has learned {Format}")]
        public static partial void Learned(ILogger logger, string connection, string format);

        [LoggerMessage(2211, LogLevel.Warning, "Connection {Connection}: message_id_format auto had learned {Known} and now saw {Format}: receipts of one number may be mistaken for those of another message to it")]
        public static partial void Contradicts(ILogger logger, string connection, string known, string format);
    }
}
