namespace Crosspoint.Sms.Text;

/// <summary>
/// National language identifiers of 3GPP TS 23.038 §6.2.1.2.4, as user data header elements 0x24 and 0x25 carry them.
/// </summary>
public enum GsmLanguage : byte
{
    /// <summary>The default alphabet and its extension table.</summary>
    Default = 0,

    /// <summary>Turkish: single and locking shift.</summary>
    Turkish = 1,

    /// <summary>Spanish: single shift only.</summary>
    Spanish = 2,

    /// <summary>Portuguese: single and locking shift.</summary>
    Portuguese = 3,
}
