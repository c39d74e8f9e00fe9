namespace Crosspoint.Sms.Numbers;

/// <summary>What a range of numbers is for.</summary>
public enum NumberType : byte
{
    /// <summary>The number plan does not say: a new range, or one that is not assigned.</summary>
    Unknown = 0,

    /// <summary>Mobile phones.</summary>
    Mobile = 1,

    /// <summary>Fixed lines.</summary>
    FixedLine = 2,

    /// <summary>Countries where the number does not tell mobile phones from fixed lines, such as those of +1.</summary>
    FixedLineOrMobile = 3,

    /// <summary>Free of charge for the caller.</summary>
    TollFree = 4,

    /// <summary>Charged above the usual rate.</summary>
    PremiumRate = 5,

    /// <summary>Cost shared by caller and called.</summary>
    SharedCost = 6,

    /// <summary>Telephony over the Internet.</summary>
    Voip = 7,

    /// <summary>A person's number, forwarded to wherever they are.</summary>
    PersonalNumber = 8,

    /// <summary>Pagers.</summary>
    Pager = 9,

    /// <summary>Company numbers ("universal access numbers").</summary>
    Uan = 10,

    /// <summary>Access to voice mail.</summary>
    Voicemail = 11,
}
