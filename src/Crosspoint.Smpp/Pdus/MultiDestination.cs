namespace Crosspoint.Smpp.Pdus;

/// <summary>One destination of submit_multi (SMPP v3.4 §4.5.1.1): an address, or the name of a distribution list.</summary>
public readonly ref struct MultiDestination
{
    internal const byte AddressFlag = 1;
    internal const byte ListFlag = 2;

    internal MultiDestination(SmppAddress address)
    {
        DestFlag = AddressFlag;
        Address = address;
    }

    internal MultiDestination(ReadOnlySpan<byte> distributionList)
    {
        DestFlag = ListFlag;
        DistributionList = distributionList;
    }

    /// <summary>dest_flag: 1 for an address, 2 for a distribution list.</summary>
    public byte DestFlag { get; }

    /// <summary>The address, with its TON and NPI; empty for a distribution list.</summary>
    public SmppAddress Address { get; }

    /// <summary>dl_name: at most 20 octets; empty for an address.</summary>
    public ReadOnlySpan<byte> DistributionList { get; }

    /// <summary>True for the name of a distribution list.</summary>
    public bool IsDistributionList => DestFlag == ListFlag;
}
