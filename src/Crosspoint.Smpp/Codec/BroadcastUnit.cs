namespace Crosspoint.Smpp.Codec;

/// <summary>The unit of a broadcast's frequency interval (SMPP v5.0 §4.8.4.12).</summary>
public enum BroadcastUnit : byte
{
    /// <summary>As often as can be; the value is unused.</summary>
    AsOftenAsPossible = 0x00,

    /// <summary>Seconds.</summary>
    Seconds = 0x08,

    /// <summary>Minutes.</summary>
    Minutes = 0x09,

    /// <summary>Hours.</summary>
    Hours = 0x0A,

    /// <summary>Days.</summary>
    Days = 0x0B,

    /// <summary>Weeks.</summary>
    Weeks = 0x0C,

    /// <summary>Months.</summary>
    Months = 0x0D,

    /// <summary>Years.</summary>
    Years = 0x0E,
}
