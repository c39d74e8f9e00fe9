namespace Crosspoint.Engine.Health;

/// <summary>What is counted in a cell, by number.</summary>
internal static class CellCounts
{
    public const int Submitted = 0;
    public const int Accepted = 1;
    public const int Throttled = 2;
    public const int Unanswered = 3;
    public const int Sent = 4;
    public const int Delivered = 5;
    public const int Confirmed = 6;
    public const int NotConfirmed = 7;

    /// <summary>Statuses, and error codes, that are told apart in a cell.</summary>
    public const int Codes = 12;

    public const int FirstStatus = 8;
    public const int OtherStatus = FirstStatus + Codes;
    public const int FirstError = OtherStatus + 1;
    public const int OtherError = FirstError + Codes;
    public const int FirstResponse = OtherError + 1;
    public const int FirstReceipt = FirstResponse + DelayBins.Count;
    public const int Total = FirstReceipt + DelayBins.Count;
}
