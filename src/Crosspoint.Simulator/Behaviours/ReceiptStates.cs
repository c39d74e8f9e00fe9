namespace Crosspoint.Simulator.Behaviours;

/// <summary>The states of a receipt: seven letters in the text, a number in message_state (SMPP 5.0 §4.7.15).</summary>
internal static class ReceiptStates
{
    public const byte Enroute = 1;
    public const byte Delivered = 2;
    public const byte Deleted = 4;
    public const byte Accepted = 6;
    private const byte Unknown = 7;

    private static readonly string[] Names =
        ["SCHEDLD", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD", "SKIPPED"];

    public static string All { get; } = string.Join(", ", Names);

    public static bool TryParse(string name, out byte state)
    {
        int index = Array.IndexOf(Names, name);
        state = (byte)Math.Max(index, 0);
        return index >= 0;
    }

    /// <summary>The number of a state whose name has been checked.</summary>
    public static byte Number(string name) => TryParse(name, out byte state) ? state : Unknown;

    public static ReadOnlySpan<byte> Text(byte state) => state switch
    {
        0 => "SCHEDLD"u8,
        1 => "ENROUTE"u8,
        2 => "DELIVRD"u8,
        3 => "EXPIRED"u8,
        4 => "DELETED"u8,
        5 => "UNDELIV"u8,
        6 => "ACCEPTD"u8,
        8 => "REJECTD"u8,
        9 => "SKIPPED"u8,
        _ => "UNKNOWN"u8,
    };
}
