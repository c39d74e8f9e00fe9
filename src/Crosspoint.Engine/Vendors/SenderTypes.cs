using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Vendors;

/// <summary>Type of number and numbering plan by the kind of sender. The defaults are the usual rule of <see cref="Senders.For"/>.</summary>
public sealed record SenderTypes
{
    public TonNpi LongCode { get; init; } = Senders.For(SenderKind.LongCode);

    public TonNpi TollFree { get; init; } = Senders.For(SenderKind.TollFree);

    public TonNpi ShortCode { get; init; } = Senders.For(SenderKind.ShortCode);

    public TonNpi Alphanumeric { get; init; } = Senders.For(SenderKind.Alphanumeric);

    /// <summary>The rule for an address as it is stored: a number has its plus.</summary>
    public TonNpi For(string address)
    {
        if (address.Length > 0 && address[0] == '+')
        {
            // Telling the two apart takes the number plan: only where they differ.
            bool isTollFree = TollFree != LongCode && E164.TryParse(address, out E164 number)
                && NumberPlan.Lookup(number).Type == NumberType.TollFree;
            return isTollFree ? TollFree : LongCode;
        }

        return address.AsSpan().ContainsAnyExceptInRange('0', '9') ? Alphanumeric : ShortCode;
    }
}
