using Crosspoint.Simulator.Carriers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Simulator.Handsets;

/// <summary>What a phone makes of octets.</summary>
internal static class HandsetText
{
    public static string Decode(in SubmitFacts facts) =>
        Decode(facts.Text[facts.HeaderLength..], facts.DataCoding, facts.SingleShift, facts.LockingShift);

    public static string Decode(ReadOnlySpan<byte> octets, byte dataCoding, byte singleShift, byte lockingShift) => InboundText.Decode(
        octets, dataCoding, DefaultAlphabet.GsmUnpacked, new GsmShiftTables((GsmLanguage)lockingShift, (GsmLanguage)singleShift));
}
