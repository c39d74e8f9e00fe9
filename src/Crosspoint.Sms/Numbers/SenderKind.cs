namespace Crosspoint.Sms.Numbers;

/// <summary>What kind of sender an address is.</summary>
public enum SenderKind : byte
{
    /// <summary>An international number.</summary>
    LongCode = 0,

    /// <summary>A short code: 3 to 8 digits, known in its country alone.</summary>
    ShortCode = 1,

    /// <summary>A name of at most 11 characters; nobody can answer to it.</summary>
    Alphanumeric = 2,

    /// <summary>An international number that is free of charge for the caller.</summary>
    TollFree = 3,
}
